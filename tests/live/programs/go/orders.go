package main

import (
	"context"
	"strconv"
	"strings"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// Text is greeter.v1.Text: StringValue has the same single field, so no generated code is needed.
type Text = wrapperspb.StringValue

// orders are what a request's text tells the server to do: "delay=500ms count=6 gap=1s code=14
// size=3000000 echo=my_key", any of them, in any order.
type orders struct {
	delay time.Duration // before the first answer
	count int           // answers of a stream
	gap   time.Duration // between two answers
	code  codes.Code    // end with this status
	reply string
}

func read(ctx context.Context, text string) orders {
	o := orders{count: 1, reply: text}
	for _, word := range strings.Fields(text) {
		key, value, _ := strings.Cut(word, "=")
		switch key {
		case "delay":
			o.delay, _ = time.ParseDuration(value)
		case "count":
			o.count, _ = strconv.Atoi(value)
		case "gap":
			o.gap, _ = time.ParseDuration(value)
		case "code":
			number, _ := strconv.Atoi(value)
			o.code = codes.Code(number)
		case "size":
			size, _ := strconv.Atoi(value)
			o.reply = strings.Repeat("x", size)
		case "echo":
			md, _ := metadata.FromIncomingContext(ctx)
			o.reply = strings.Join(md.Get(value), ",")
		}
	}
	return o
}

func (o orders) end() error {
	if o.code == codes.OK {
		return nil
	}
	return status.Error(o.code, "as ordered")
}

func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return status.FromContextError(ctx.Err()).Err()
	}
}
