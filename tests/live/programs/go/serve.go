package main

import (
	"context"
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/keepalive"
)

// serve prints "address HOST:PORT" once it listens and "connection" for each connection that it
// accepts. It ends when its standard input does, so it cannot outlive the test that started it.
func serve(args []string) {
	flags := flag.NewFlagSet("serve", flag.ExitOnError)
	var keep keepalive.ServerParameters
	flags.DurationVar(&keep.MaxConnectionAge, "max-connection-age", 0, "")
	flags.DurationVar(&keep.MaxConnectionAgeGrace, "max-connection-age-grace", 0, "")
	flags.DurationVar(&keep.MaxConnectionIdle, "max-connection-idle", 0, "")
	flags.DurationVar(&keep.Time, "keepalive-time", 0, "")
	certificate := flags.String("certificate", "", "PEM file; TLS if given")
	key := flags.String("key", "", "PEM file")
	needSNI := flags.Bool("need-server-name", false, "refuse a TLS handshake without SNI")
	flags.Parse(args)

	options := []grpc.ServerOption{
		grpc.KeepaliveParams(keep),
		grpc.MaxRecvMsgSize(1 << 30),
	}
	if *certificate != "" {
		pair, err := tls.LoadX509KeyPair(*certificate, *key)
		fail(err)
		config := &tls.Config{GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
			if *needSNI && hello.ServerName == "" {
				return nil, errors.New("no server name, no certificate")
			}
			return &pair, nil
		}}
		options = append(options, grpc.Creds(credentials.NewTLS(config)))
	}
	server := grpc.NewServer(options...)
	server.RegisterService(&greeter, nil)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	fail(err)
	go func() {
		io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	fmt.Println("address", listener.Addr())
	fail(server.Serve(counted{listener}))
}

type counted struct{ net.Listener }

func (c counted) Accept() (net.Conn, error) {
	connection, err := c.Listener.Accept()
	if err == nil {
		fmt.Println("connection")
	}
	return connection, err
}

var greeter = grpc.ServiceDesc{
	ServiceName: "greeter.v1.Greeter",
	HandlerType: (*any)(nil),
	Methods:     []grpc.MethodDesc{{MethodName: "Hello", Handler: hello}},
	Streams: []grpc.StreamDesc{
		{StreamName: "Watch", Handler: answerEach, ServerStreams: true},
		{StreamName: "Chat", Handler: answerEach, ServerStreams: true, ClientStreams: true},
		{StreamName: "Upload", Handler: upload, ClientStreams: true},
	},
}

func hello(_ any, ctx context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
	var request Text
	if err := decode(&request); err != nil {
		return nil, err
	}
	o := read(ctx, request.Value)
	if err := wait(ctx, o.delay); err != nil {
		return nil, err
	}
	return &Text{Value: o.reply}, o.end()
}

func answerEach(_ any, stream grpc.ServerStream) error {
	for {
		var request Text
		if err := stream.RecvMsg(&request); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		o := read(stream.Context(), request.Value)
		for pause, i := o.delay, 0; i < o.count; pause, i = o.gap, i+1 {
			if err := wait(stream.Context(), pause); err != nil {
				return err
			}
			if err := stream.SendMsg(&Text{Value: o.reply}); err != nil {
				return err
			}
		}
		if err := o.end(); err != nil {
			return err
		}
	}
}

func upload(_ any, stream grpc.ServerStream) error {
	started := time.Now()
	for messages, bytes := 0, 0; ; messages++ {
		var request Text
		if err := stream.RecvMsg(&request); err == io.EOF {
			text := fmt.Sprintf("%d messages, %d bytes, %s", messages, bytes, time.Since(started).Round(time.Second))
			return stream.SendMsg(&Text{Value: text})
		} else if err != nil {
			return err
		}
		bytes += len(request.Value)
	}
}
