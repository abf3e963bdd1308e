package nginx.grpc.lib.printable_test

import data.nginx.grpc.lib.printable

test_words_stay if {
	every text in ["", "keepalive 32", `C:\u001b`, "é日本😀", "a\u00a0b"] {
		printable.line(text) == text
	}
}

test_what_steers_is_shown if {
	printable.line("a\u001b[31mb") == `a\u001b[31mb`
	printable.line("\u0000\n\u007f\u0085\u009b") == `\u0000\u000a\u007f\u0085\u009b`
	printable.line("x\u202ey\u200bz\ufeff") == `x\u202ey\u200bz\ufeff`
}
