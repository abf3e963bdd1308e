// Sends bodies to one address and counts the answers: the load of the admission tests.
//
// The bodies are files named good-* and bad-*; they are sent in turn. With -rate the requests are
// sent at that rate whatever is answered (an open loop), else each client waits for its answer.
// The result is one JSON object on standard output, also after an interrupt.
package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

type body struct {
	bad  bool
	text []byte
}

type outcome struct {
	bad    bool
	kind   string
	millis float64
}

type counts struct {
	Requests      int                `json:"requests"`
	Seconds       float64            `json:"seconds"`
	Outcomes      map[string]int     `json:"outcomes"`
	WronglyIn     int                `json:"wrongly_allowed"`
	WronglyOut    int                `json:"wrongly_denied"`
	Unsent        int                `json:"unsent"`
	Millis        map[string]float64 `json:"millis"`
	FailedMillis  map[string]float64 `json:"failed_millis"`
	DecidedPerSec float64            `json:"decided_per_second"`
	Words         map[string]int     `json:"words"`
}

func main() {
	url := flag.String("url", "", "address")
	folder := flag.String("bodies", "", "folder of good-* and bad-*")
	clients := flag.Int("clients", 50, "clients, or with -rate the most requests under way")
	seconds := flag.Float64("seconds", 10, "how long")
	total := flag.Int64("requests", 1<<40, "at most so many")
	rate := flag.Float64("rate", 0, "requests a second")
	authority := flag.String("ca", "", "CA file")
	certificate := flag.String("cert", "", "client certificate file")
	key := flag.String("key", "", "its key")
	token := flag.String("token", "", "bearer token")
	unix := flag.String("unix", "", "Unix socket to connect to")
	opa := flag.Bool("opa", false, "the address is OPA's decision, not an API server's or the webhook's")
	flag.Parse()

	bodies := read(*folder)
	transport := &http.Transport{
		MaxIdleConns: *clients, MaxIdleConnsPerHost: *clients, MaxConnsPerHost: *clients,
		TLSClientConfig: trust(*authority, *certificate, *key),
	}
	if *unix != "" {
		transport.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", *unix)
		}
	}
	client := &http.Client{Transport: transport, Timeout: 30 * time.Second}
	start := time.Now()
	end := start.Add(time.Duration(*seconds * float64(time.Second)))
	stopped, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	over := func() bool { return stopped.Err() != nil || !time.Now().Before(end) }
	var next atomic.Int64
	var mutex sync.Mutex
	var outcomes []outcome
	words := map[string]int{}

	send := func() {
		chosen := bodies[int(next.Add(1)-1)%len(bodies)]
		sent := time.Now()
		kind, word := ask(client, *url, *token, chosen.text, *opa)
		done := time.Now()
		mutex.Lock()
		defer mutex.Unlock()
		millis := float64(done.Sub(sent).Microseconds()) / 1000
		outcomes = append(outcomes, outcome{chosen.bad, kind, millis})
		if word != "" {
			words[word]++
		}
	}

	unsent := 0
	var group sync.WaitGroup
	if *rate > 0 {
		free := make(chan struct{}, *clients)
		gap := time.Duration(float64(time.Second) / *rate)
		for due := start; due.Before(end) && !over(); due = due.Add(gap) {
			time.Sleep(time.Until(due))
			select {
			case free <- struct{}{}:
				group.Add(1)
				go func() { defer group.Done(); send(); <-free }()
			default:
				unsent++
			}
		}
	} else {
		for range *clients {
			group.Add(1)
			go func() {
				defer group.Done()
				for !over() && next.Load() < *total {
					send()
				}
			}()
		}
	}
	group.Wait()
	result := count(outcomes, time.Since(start).Seconds())
	result.Unsent = unsent
	result.Words = words
	json.NewEncoder(os.Stdout).Encode(result)
}

// ask sends one body. The answer is allowed, denied or failed; what failed has a word for it.
func ask(client *http.Client, url, token string, text []byte, opa bool) (string, string) {
	request, err := http.NewRequest("POST", url, bytes.NewReader(text))
	if err != nil {
		return "failed", "request"
	}
	request.Header.Set("Content-Type", "application/json")
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := client.Do(request)
	if err != nil {
		return "failed", "connection"
	}
	defer response.Body.Close()
	said, err := io.ReadAll(response.Body)
	if err != nil {
		return "failed", "answer"
	}
	switch {
	case opa && response.StatusCode == 200 && bytes.Contains(said, []byte(`"allow":true`)),
		!opa && response.StatusCode == 200 && bytes.Contains(said, []byte(`"allowed":true`)),
		!opa && response.StatusCode == 201:
		return "allowed", ""
	case opa && response.StatusCode == 200 && bytes.Contains(said, []byte(`"allow":false`)),
		!opa && response.StatusCode == 200 && bytes.Contains(said, []byte(`"allowed":false`)),
		!opa && (response.StatusCode == 403 || response.StatusCode == 422) &&
			bytes.Contains(said, []byte("denied the request")):
		if bytes.Contains(said, []byte("more time or memory")) {
			return "denied", "overrun"
		}
		return "denied", ""
	}
	for _, word := range []string{"in time", "no decision", "timeout", "refused", "EOF", "deadline"} {
		if strings.Contains(string(said), word) {
			return "failed", word
		}
	}
	if len(said) > 200 {
		said = said[:200]
	}
	return "failed", fmt.Sprint(response.StatusCode, " ", string(said))
}

func count(outcomes []outcome, seconds float64) counts {
	result := counts{Requests: len(outcomes), Seconds: seconds, Outcomes: map[string]int{}}
	var decided, failed []float64
	for _, one := range outcomes {
		result.Outcomes[one.kind]++
		if one.bad && one.kind == "allowed" {
			result.WronglyIn++
		}
		if !one.bad && one.kind == "denied" {
			result.WronglyOut++
		}
		if one.kind == "failed" {
			failed = append(failed, one.millis)
		} else {
			decided = append(decided, one.millis)
		}
	}
	result.Millis = quantiles(decided)
	result.FailedMillis = quantiles(failed)
	result.DecidedPerSec = float64(len(decided)) / seconds
	return result
}

func quantiles(values []float64) map[string]float64 {
	result := map[string]float64{}
	if len(values) == 0 {
		return result
	}
	sort.Float64s(values)
	for name, part := range map[string]float64{"p50": 0.5, "p90": 0.9, "p99": 0.99, "max": 1} {
		result[name] = values[min(int(part*float64(len(values))), len(values)-1)]
	}
	return result
}

func read(folder string) []body {
	var bodies []body
	names, _ := filepath.Glob(filepath.Join(folder, "*"))
	// By number, so that good and bad ones take turns.
	number := func(name string) string { return name[strings.LastIndex(name, "-")+1:] }
	sort.Slice(names, func(i, j int) bool { return number(names[i]) < number(names[j]) })
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		bodies = append(bodies, body{strings.HasPrefix(filepath.Base(name), "bad-"), text})
	}
	if len(bodies) == 0 {
		fmt.Fprintln(os.Stderr, folder+": no bodies")
		os.Exit(2)
	}
	return bodies
}

func trust(authority, certificate, key string) *tls.Config {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if authority != "" {
		text, err := os.ReadFile(authority)
		config.RootCAs = x509.NewCertPool()
		if err != nil || !config.RootCAs.AppendCertsFromPEM(text) {
			fmt.Fprintln(os.Stderr, authority+": no CA")
			os.Exit(2)
		}
	}
	if certificate != "" {
		pair, err := tls.LoadX509KeyPair(certificate, key)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return config
}
