package sandbox

import (
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/city/citytest"
)

func TestBlockedTools(t *testing.T) {
	t.Parallel()
	for _, tool := range blockedTools {
		for _, command := range []string{
			tool + " example.com", "/usr/bin/" + tool + " x", "echo a && " + tool + " x", "cat x | " + tool, "a=1 " + tool, "( " + tool + " )", "$(" + tool + " x)",
			"echo \"`" + tool + " x`\"", "if true; then " + tool + "; fi", "f() { " + tool + "; }; f", "sudo -u x " + tool + " y", "env A=b " + tool, "xargs -n 1 " + tool,
			"timeout 5 " + tool + " x", "sh -c '" + tool + " x'", "bash -ec \"true; " + tool + " x\"", "nohup " + tool + " &", "'" + tool + "' x", `\` + tool + " x",
			"eval '" + tool + " x'", "busybox " + tool + " x", "while " + tool + " x; do :; done", "exec " + tool, "command " + tool + " x", "cat <(" + tool + " x)",
		} {
			citytest.WantCode(t, command, Request{Command: command}.check(nil), city.CodeCommandBlocked)
		}
		for _, argv := range [][]string{{tool, "x"}, {"/bin/" + tool}, {"env", "A=b", tool}, {"sh", "-c", tool + " x"}, {"timeout", "-k", "1", "5", tool}} {
			citytest.WantCode(t, argv[0], Request{Argv: argv}.check(nil), city.CodeCommandBlocked)
		}
	}
}

// Names that can be worked out without running anything.
func TestBlockedToolsInDisguise(t *testing.T) {
	t.Parallel()
	for _, command := range []string{
		"c=curl; $c x", "c=cu; ${c}rl x", "a=cu b=rl; $a$b x", `"cu""rl" x`, `c\url x`, `$'cu\x72l' x`, "$(echo curl) x", "`printf cu%s rl` x", "export T=wget; $T x",
		"for t in git curl; do $t x; done", "tools=(curl x); ${tools[@]}", "echo 'curl x' | sh", "echo curl x | bash -s", "sh <<< 'curl x'", "sh <<EOF\ncurl x\nEOF", "cat <<EOF | sh\ncurl x\nEOF",
		"find . -name x -exec curl {} ';'", "find . -execdir nc {} +", "env -S 'curl x'", "env -i curl x", "xargs -I {} curl {}", "echo x | xargs -n1 wget", "sh -c '\"$@\"' x curl y", "bash -c '$0 x' curl",
		"trap 'curl x' EXIT", "alias c='curl x'; c", "su -c 'curl x' me", "script -qc 'curl x' /dev/null", "flock /tmp/l curl x", "chroot / curl x", "/lib64/ld-linux-x86-64.so.2 /usr/bin/curl x",
		"timeout --signal=KILL 5 curl x", "timeout -k 1 5s curl x", "nice -n 5 nohup setsid curl x", "true\ncurl x", "true; # curl\ncurl x", "[ -e x ] || curl x", "case x in x) curl x;; esac", "time curl x",
		"{ curl x; }", "! curl x", "coproc curl x", "curl x &", "x=$(curl y)", "[[ $(curl x) ]]", "echo ${x:-$(curl y)}", "if ! ping x; then :; fi", "watch 'curl x'", "exec 3<>x; curl x >&3", "slogin x", "nc.openbsd x", "ping6 x",
		"printf 'wget x\\n' | sh", "sh -c \"sh -c 'curl x'\"", "eval \"cu\"\"rl x\"", "a=b\nc='curl x'\neval $c", "curl x; syntax ( error", "busybox sh -c 'nc x'", "sudo -u me -- curl x", "doas curl x", "stdbuf -oL curl x",
		"ln -s /usr/bin/wget /tmp/y; /tmp/y x", "cp /usr/bin/curl x && ./x y", "cd /tmp; ln -sf /bin/nc t; ./t x", "cp -p /usr/bin/curl a; cp a b; env ./b x", "install -m 755 /usr/bin/ssh /tmp/s; sh -c '/tmp/s x'",
	} {
		citytest.WantCode(t, command, Request{Command: command}.check(nil), city.CodeCommandBlocked)
	}
	for _, r := range []Request{
		{Argv: []string{"sh"}, Stdin: "curl x"}, {Argv: []string{"bash", "-s"}, Stdin: "true\nwget x"}, {Command: "sh", Stdin: "curl x"}, {Command: "$T x", Env: map[string]string{"T": "curl"}},
		{Argv: []string{"bash", "-o", "pipefail", "-c", "curl x | sh"}}, {Argv: []string{"find", ".", "-exec", "sh", "-c", "curl x", ";"}},
	} {
		citytest.WantCode(t, r.Command, r.check(nil), city.CodeCommandBlocked)
	}
}

// What would grow without end while it is looked at does not.
func TestCheckIsBounded(t *testing.T) {
	t.Parallel()
	for name, script := range map[string]string{
		"doubling": "a=xxxxxxxx;" + strings.Repeat("a=$a$a;", 8000) + "$a", "a wide format": "$(printf '%999999999d' 1)", "a long list": "for i in {1..999999999}{1..999999999}; do $i; done; {1..99999999}",
		"loops in loops": strings.Repeat("for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do ", 12) + "$i" + strings.Repeat("; done", 12), "itself": "a='$a $a'; eval $a; eval \"$a\"",
		"deep": strings.Repeat("$(", 3000) + "x" + strings.Repeat(")", 3000), "many": strings.Repeat("x;", 30000), "list of itself": "a=(1 2 3 4);" + strings.Repeat("a=(${a[@]} ${a[@]});", 1000) + "${a[@]}",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			citytest.WantCode(t, name, Request{Command: script}.check(nil), "")
		})
	}
}

// Whatever is given to it, the look before the run comes to an end.
func FuzzCheck(f *testing.F) {
	for _, seed := range []string{"for a in 1 2; do for b in 3 4; do $a; done; done", "f() { f; }; f", "eval eval eval x", "${x:-${y:-z}}", "$((1/0))", "a=(1 2); ${a[@]}", "${a@Q}", "${0@A", "<<A\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(_ *testing.T, script string) { _ = Request{Command: script}.check(nil) })
}

func TestHarmlessCommands(t *testing.T) {
	t.Parallel()
	for _, command := range []string{
		"echo curl", "grep -rn wget .", "git log --grep=ssh", "ls curl", "cat curl/README", "./curl-tests.sh", "pytest -k ping", "curlew x", "# curl\ntrue",
		"cat <<EOF\ncurl x\nEOF", "echo 'ssh x'", "host=x; echo $host", "find . -name 'nc*'", "go test ./ping/...", "node ping.js", "syntax ( error", "rg ftp | head", "which curl", "command -v curl", "env A=b grep host x", "time go test -run ping", "xargs grep host", "timeout 5 git log host",
		"sudo -u me cat ssh", "git host", "npm run host", "npm run ping", "make host", "cargo test ping", "grep curl README.md", "find . -name curl", "find . -name '*.go' -exec grep curl {} +", "echo curl | cat", "echo 'curl x' | grep curl",
		"sh curl", "bash ./curl.sh", "cat > curl <<EOF\nx\nEOF", "for f in curl wget; do echo $f; done", "x=curl; echo $x", "tool=ssh grep x y", "echo $(echo curl)", "host() { echo mine; }; host", "ping() { :; }; ping x", "diff curl wget",
		"rm -rf ssh", "cd ftp && ls", "git checkout ssh", "pip show curl", "python3 -m ping", "docker ssh", "[ host = x ]", "test -e ssh", "type curl", "xargs echo curl", "flock ssh true", "timeout 5 sh -c 'echo curl'", "ls | xargs -I {} echo host {}",
		"printf '%s\\n' curl", "git -c x=y log --grep curl", "a=$(echo x); $a curl", "trap - EXIT", "alias", "sed s/curl/x/ y", "awk '/ping/ {print}' x", "export PATH=ssh:$PATH",
		"cp ./host x; ./x", "ln -s /usr/bin/git g; ./g log", "cp /usr/bin/curl x; ./y", "cp host", "ln -s /usr/bin/wget y; cat ./y", "cd; ./x",
	} {
		citytest.WantCode(t, command, Request{Command: command}.check(nil), "")
	}
	for _, argv := range [][]string{{"echo", "curl"}, {"grep", "-r", "ssh", "."}, {"git", "log"}, {"sh", "script.sh"}} {
		citytest.WantCode(t, argv[0], Request{Argv: argv}.check(nil), "")
	}
}
