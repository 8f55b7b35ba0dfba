package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Client is what the client commands know: which city, and who calls.
type Client struct {
	BaseURL string // without /api/v1; "" when nothing says which
	Token   string // an owner token
	APIKey  string // an agent's key
}

// Logins are the cities that somebody of this machine is signed in to. They lie
// in a file that its owner alone can read.
type Logins struct {
	Current string           `json:"current"` // base URL of the city that commands talk to
	Cities  map[string]Login `json:"cities"`  // by base URL: a token goes to its own city only
}

// Login is a kept owner token.
type Login struct {
	Token   string `json:"token"`
	TokenID string `json:"tokenId,omitempty"` // to revoke it; "" when it was brought along
}

// LoadClient returns the settings of the client commands: baseURL when it is
// given, else AICITY_BASE_URL, else the city of the last login; AICITY_TOKEN,
// else the token kept for that city; AICITY_API_KEY.
func LoadClient(baseURL string) (Client, error) {
	logins, err := LoadLogins()
	if err != nil {
		return Client{}, err
	}
	c := Client{BaseURL: baseURL, Token: os.Getenv("AICITY_TOKEN"), APIKey: os.Getenv("AICITY_API_KEY")}
	for _, url := range []string{os.Getenv("AICITY_BASE_URL"), logins.Current} {
		if c.BaseURL == "" {
			c.BaseURL = url
		}
	}
	c.BaseURL = strings.TrimRight(c.BaseURL, "/")
	if c.Token == "" && c.APIKey == "" {
		c.Token = logins.Cities[c.BaseURL].Token
	}
	return c, nil
}

// LoadLogins reads the file; one that is not there holds no logins.
func LoadLogins() (Logins, error) {
	l := Logins{Cities: map[string]Login{}}
	path, err := loginsPath()
	if err != nil {
		return l, err
	}
	text, err := os.ReadFile(path) //nolint:gosec // the user's own file
	if errors.Is(err, fs.ErrNotExist) {
		return l, nil
	}
	if err != nil {
		return l, fmt.Errorf("read logins: %w", err)
	}
	if err := json.Unmarshal(text, &l); err != nil {
		return l, fmt.Errorf("read logins: %s is damaged, remove it and log in again: %w", path, err)
	}
	if l.Cities == nil {
		l.Cities = map[string]Login{}
	}
	return l, nil
}

// Save writes the file, whole or not at all, and returns where it is.
func (l Logins) Save() (string, error) {
	path, err := loginsPath()
	if err != nil {
		return "", err
	}
	text, err := json.MarshalIndent(l, "", "  ")
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", fmt.Errorf("save login: %w", err)
	}
	fresh, err := os.CreateTemp(filepath.Dir(path), ".logins-*") // readable by its owner alone
	if err != nil {
		return "", fmt.Errorf("save login: %w", err)
	}
	_, err = fresh.Write(append(text, '\n'))
	if err = errors.Join(err, fresh.Close()); err == nil {
		err = os.Rename(fresh.Name(), path)
	}
	if err != nil {
		return "", errors.Join(fmt.Errorf("save login: %w", err), os.Remove(fresh.Name()))
	}
	return path, nil
}

func loginsPath() (string, error) {
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("find the configuration folder of this user: %w", err)
	}
	return filepath.Join(dir, "aicity", "logins.json"), nil
}
