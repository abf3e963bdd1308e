#!/bin/sh
# Calls a gRPC method through nginx with grpcurl; fails unless every call ends with status OK.
# Exit status: 0 every call was OK, 1 a call failed, 2 nothing could be called.
set -u

usage() {
	cat <<'USAGE'
usage: smoke-test.sh [OPTION]... ADDRESS METHOD

  ADDRESS             HOST:PORT of nginx, as clients use it
  METHOD              package.Service/Method

  -d JSON             the message ({}); @ reads it from standard input
  -deadline SECONDS   for each call (5)
  -repeat N           calls, each on a connection of its own (1)
  -pause SECONDS      between two calls (0)
  -plaintext          no TLS
  -cacert FILE, -cert FILE, -key FILE, -servername NAME, -insecure
  -authority NAME     the name that nginx picks the server by
  -H 'NAME: VALUE'    metadata; repeatable
  -import-path DIR, -proto FILE, -protoset FILE
                      the service's description; without one nginx has to pass
                      server reflection

The program is ${GRPCURL:-grpcurl}. Options of grpcurl have grpcurl's names.
USAGE
}

broken() {
	echo "BROKEN: $*" >&2
	exit 2
}

data='{}' deadline=5 repeat=1 pause=0 address='' method=''

# The options for grpcurl, and they alone, come round to the end of "$@".
left=$#
while [ "$left" -gt 0 ]; do
	option=$1
	shift
	left=$((left - 1))
	case $option in
	-h | -help | --help)
		usage
		exit 0
		;;
	-plaintext | -insecure)
		set -- "$@" "$option"
		continue
		;;
	-d | -deadline | -repeat | -pause | -cacert | -cert | -key | -servername | -authority | -H | \
		-import-path | -proto | -protoset)
		[ "$left" -gt 0 ] || broken "$option needs a value; -help lists the options"
		value=$1
		shift
		left=$((left - 1))
		;;
	-*) broken "unknown option $option; -help lists the options" ;;
	*)
		if [ -z "$address" ]; then
			address=$option
		elif [ -z "$method" ]; then
			method=$option
		else
			broken "$option is one argument too many; ADDRESS and METHOD come last"
		fi
		continue
		;;
	esac
	case $option in
	-d) data=$value ;;
	-deadline) deadline=$value ;;
	-repeat) repeat=$value ;;
	-pause) pause=$value ;;
	*) set -- "$@" "$option" "$value" ;;
	esac
done

[ -n "$method" ] || broken "an address and a method are needed; -help shows how"
# No call at all would be a pass.
case $repeat in
'' | *[!0-9]*) broken "-repeat $repeat: a whole number of calls is needed" ;;
esac
[ "$repeat" -gt 0 ] || broken "-repeat $repeat: at least one call is needed"
for seconds in "$deadline" "$pause"; do
	case $seconds in
	'' | . | *[!0-9.]* | *.*.*) broken "'$seconds': seconds are needed, as 5 or 0.5" ;;
	esac
done
case $deadline in
*[1-9]*) ;;
*) broken "-deadline $deadline: grpcurl would wait for ever" ;;
esac
grpcurl=${GRPCURL:-grpcurl}
command -v "$grpcurl" >/dev/null 2>&1 || broken "$grpcurl is not installed; go install github.com/fullstorydev/grpcurl/cmd/grpcurl@latest, or set GRPCURL"
[ "$data" != @ ] || data=$(cat)

# grpcurl keeps its deadline; should it ever not, it is ended.
guard=''
if command -v timeout >/dev/null 2>&1; then
	whole=${deadline%%.*}
	whole=${whole#"${whole%%[!0]*}"} # 08 would be octal
	guard="timeout -k 5 $((${whole:-0} * 2 + 10))"
fi

failed=0 words='' call=1
while [ "$call" -le "$repeat" ]; do
	[ "$call" -eq 1 ] || sleep "$pause"
	# $guard is several words. grpcurl writes the status to stderr.
	said=$($guard "$grpcurl" -connect-timeout "$deadline" -max-time "$deadline" -d "$data" "$@" \
		"$address" "$method" 2>&1 </dev/null)
	status=$?
	if [ "$status" -eq 0 ]; then
		echo "call $call of $repeat: OK"
	else
		# grpcurl ends with 64 + code; with 1 or 2 there was no call, the server was not reached or
		# the method not found; 124 and 137 are timeout's.
		word=$(printf '%s\n' "$said" | sed -n 's/^ *Code: \([A-Za-z]*\).*/\1/p' | head -n 1)
		case $status in
		124 | 137) word=TimedOut ;;
		esac
		word=${word:-NoCall}
		echo "call $call of $repeat: $word, grpcurl ended with $status"
		printf '%s\n' "$said" | sed 's/^/    /'
		failed=$((failed + 1))
		case " $words " in
		*" $word "*) ;;
		*) words="$words $word" ;;
		esac
	fi
	call=$((call + 1))
done

if [ "$failed" -gt 0 ]; then
	echo "FAIL: $failed of $repeat calls of $method through $address:$words" >&2
	exit 1
fi
echo "PASS: $repeat of $repeat calls of $method through $address"
