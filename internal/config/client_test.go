package config_test

import (
	"os"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/config"
)

func TestClientSettings(t *testing.T) {
	home := t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", home)
	for _, name := range []string{"AICITY_BASE_URL", "AICITY_TOKEN", "AICITY_API_KEY"} {
		t.Setenv(name, "")
	}
	want := func(what, baseURL string, want config.Client) {
		t.Helper()
		if got, err := config.LoadClient(baseURL); err != nil || got != want {
			t.Errorf("%s: %+v, %v, want %+v", what, got, err, want)
		}
	}
	want("nothing set", "", config.Client{})

	logins, err := config.LoadLogins()
	if err != nil {
		t.Fatal(err)
	}
	logins.Current = "https://city.example"
	logins.Cities[logins.Current] = config.Login{Token: "aco_live_kept"}
	path, err := logins.Save()
	if err != nil || !strings.HasPrefix(path, home) {
		t.Fatalf("%s, %v", path, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	want("after a login", "", config.Client{BaseURL: "https://city.example", Token: "aco_live_kept"})
	want("with a slash", "https://city.example/", config.Client{BaseURL: "https://city.example", Token: "aco_live_kept"})
	want("another city gets no token", "https://other.example", config.Client{BaseURL: "https://other.example"})

	t.Setenv("AICITY_BASE_URL", "https://env.example")
	want("the environment before the login", "", config.Client{BaseURL: "https://env.example"})
	t.Setenv("AICITY_TOKEN", "aco_live_env")
	want("a token of the environment", "https://city.example", config.Client{BaseURL: "https://city.example", Token: "aco_live_env"})
	t.Setenv("AICITY_TOKEN", "")
	t.Setenv("AICITY_API_KEY", "ac_live_env")
	want("an agent's key before the login", "https://city.example", config.Client{BaseURL: "https://city.example", APIKey: "ac_live_env"})

	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := config.LoadClient(""); err == nil || !strings.Contains(err.Error(), "log in again") {
		t.Errorf("a damaged file: %v", err)
	}
}
