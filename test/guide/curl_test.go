package guide_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

const apiHost = "api.aicity.dev"

// runShell runs a shell sample. A .curlrc beside it sends curl to the city at
// target when it asks for the guide's host, over TLS with a certificate of an
// authority that only this test trusts.
func (w *workshop) runShell(t *testing.T, target string, env []string, sample string) string {
	t.Helper()
	certificate, authority := certify(t, apiHost)
	base, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewUnstartedServer(httputil.NewSingleHostReverseProxy(base))
	front.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	front.StartTLS()
	t.Cleanup(front.Close)
	authorityFile := filepath.Join(w.dir, "authority.pem")
	rc := fmt.Sprintf("connect-to = \"%s:443:%s\"\ncacert = \"%s\"\nsilent\nshow-error\nfail-with-body\n",
		apiHost, front.Listener.Addr(), authorityFile)
	for file, content := range map[string][]byte{authorityFile: authority, filepath.Join(w.dir, ".curlrc"): []byte(rc)} {
		if err := os.WriteFile(file, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), "bash", "-e", w.write(t, sample+".sh", sample))
	cmd.Dir = w.dir
	cmd.Env = append(append(os.Environ(), "CURL_HOME="+w.dir), env...)
	return output(t, cmd)
}

// certify makes a certificate for host and returns it with its own authority's
// in PEM.
func certify(t *testing.T, host string) (tls.Certificate, []byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: host}, DNSNames: []string{host},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, authority
}
