package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

type caller struct {
	method, text, subtype string
	send                  int
	gap, deadline         time.Duration
	metadata              metadata.MD
}

// outcome of one call, printed as a line of JSON. Code has the name of codes.proto.
type outcome struct {
	Code    string  `json:"code"`
	Message string  `json:"message"`
	Seconds float64 `json:"seconds"`
	Reply   string  `json:"reply"`
	Replies int     `json:"replies"`
}

const retryOnUnavailable = `{"methodConfig": [{"name": [{}], "retryPolicy": {"maxAttempts": 3,
	"initialBackoff": "0.01s", "maxBackoff": "0.02s", "backoffMultiplier": 1,
	"retryableStatusCodes": ["UNAVAILABLE"]}}]}`

func call(args []string) {
	flags := flag.NewFlagSet("call", flag.ExitOnError)
	var c caller
	flags.StringVar(&c.method, "method", "Hello", "")
	flags.StringVar(&c.text, "text", "hello", "")
	flags.StringVar(&c.subtype, "subtype", "", "content-type application/grpc+SUBTYPE")
	flags.IntVar(&c.send, "send", 1, "messages to send on a client stream")
	flags.DurationVar(&c.gap, "gap", 0, "between two of them, and after the last")
	flags.DurationVar(&c.deadline, "deadline", 5*time.Second, "")
	address := flags.String("address", "", "")
	calls := flags.Int("calls", 1, "one after another, of each client")
	clients := flags.Int("clients", 1, "at once, each with its own connection")
	atOnce := flags.Bool("at-once", false, "the calls of a client at the same time")
	every := flags.Duration("every", 0, "between the starts of two calls")
	pad := flags.Int("pad", 0, "bytes added to the text")
	retry := flags.Bool("retry", false, "three attempts while UNAVAILABLE")
	authority := flags.String("ca", "", "PEM file; TLS if given")
	serverName := flags.String("server-name", "", "")
	pairs := flags.String("metadata", "", "key=value, comma-separated")
	flags.Parse(args)

	c.text += strings.Repeat(" ", *pad)
	c.metadata = metadata.MD{}
	for _, pair := range strings.Split(*pairs, ",") {
		if key, value, ok := strings.Cut(pair, "="); ok {
			c.metadata.Append(key, value)
		}
	}
	secure := insecure.NewCredentials()
	if *authority != "" {
		var err error
		secure, err = credentials.NewClientTLSFromFile(*authority, *serverName)
		fail(err)
	}
	options := []grpc.DialOption{grpc.WithTransportCredentials(secure), grpc.WithNoProxy()}
	if *retry {
		options = append(options, grpc.WithDefaultServiceConfig(retryOnUnavailable))
	} else {
		options = append(options, grpc.WithDisableRetry())
	}
	if *serverName != "" && *authority == "" {
		options = append(options, grpc.WithAuthority(*serverName))
	}

	var all sync.WaitGroup
	outcomes := make(chan outcome)
	for range *clients {
		all.Add(1)
		go func() {
			defer all.Done()
			connection, err := grpc.NewClient("passthrough:///"+*address, options...)
			fail(err)
			defer connection.Close()
			if *atOnce {
				var own sync.WaitGroup
				defer own.Wait() // before the connection is closed
				for range *calls {
					own.Add(1)
					go func() {
						defer own.Done()
						outcomes <- c.once(connection)
					}()
				}
				return
			}
			next := time.Now()
			for range *calls {
				time.Sleep(time.Until(next))
				outcomes <- c.once(connection)
				next = next.Add(*every)
			}
		}()
	}
	go func() { all.Wait(); close(outcomes) }()
	print := json.NewEncoder(os.Stdout)
	for o := range outcomes {
		fail(print.Encode(o))
	}
}

func (c caller) once(connection *grpc.ClientConn) outcome {
	ctx, cancel := context.WithTimeout(context.Background(), c.deadline)
	defer cancel()
	ctx = metadata.NewOutgoingContext(ctx, c.metadata)
	options := []grpc.CallOption{grpc.MaxCallRecvMsgSize(1 << 30)}
	if c.subtype != "" {
		options = append(options, grpc.CallContentSubtype(c.subtype))
	}
	var o outcome
	started := time.Now()
	err := c.stream(ctx, connection, &o, options)
	o.Seconds = time.Since(started).Seconds()
	end := status.Convert(err)
	o.Message, o.Code = end.Message(), name(end.Code())
	return o
}

// stream makes any kind of call: a unary one is a stream of one message each way.
func (c caller) stream(ctx context.Context, connection *grpc.ClientConn, o *outcome, options []grpc.CallOption) error {
	desc := &grpc.StreamDesc{
		ClientStreams: c.method == "Upload" || c.method == "Chat",
		ServerStreams: c.method == "Watch" || c.method == "Chat",
	}
	stream, err := connection.NewStream(ctx, desc, "/greeter.v1.Greeter/"+c.method, options...)
	if err != nil {
		return err
	}
	go func() {
		for i := range c.send {
			if i > 0 && wait(ctx, c.gap) != nil {
				return
			}
			if stream.SendMsg(&Text{Value: c.text}) != nil {
				return
			}
		}
		if desc.ClientStreams && wait(ctx, c.gap) == nil {
			stream.CloseSend()
		}
	}()
	for {
		var reply Text
		if err := stream.RecvMsg(&reply); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		o.Reply, o.Replies = reply.Value, o.Replies+1
		if !desc.ServerStreams {
			return nil
		}
	}
}

func name(code codes.Code) string {
	names := [...]string{"OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND",
		"ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED",
		"OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED"}
	if int(code) < len(names) {
		return names[code]
	}
	return fmt.Sprint(int(code))
}
