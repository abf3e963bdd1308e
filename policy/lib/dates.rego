# METADATA
# title: Days
# description: >-
#   Civil days as numbers since 1970-01-01, in UTC. A date that can't be read is undefined.
package nginx.grpc.lib.dates

import data.nginx.grpc.lib.units

today := floor(time.now_ns() / 86400000000000)

# day of "2027-03-01".
day(text) := days if {
	regex.match(`^[0-9]{4}-[0-9]{2}-[0-9]{2}$`, text)
	part := [units.integer(digits) | some digits in split(text, "-")]
	part[2] >= 1
	part[2] <= _days_in(part[0], part[1])

	# Counted from 1 March, so that the leap day is the last of its year.
	months := (part[1] + 9) % 12
	years := part[0] - floor((14 - part[1]) / 12)
	leaps := (floor(years / 4) - floor(years / 100)) + floor(years / 400)
	days := ((((365 * years) + leaps) + floor(((153 * months) + 2) / 5)) + part[2]) - 719469
}

_days_in(year, month) := 29 if {
	month == 2
	_leap(year)
} else := [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]

_leap(year) if {
	year % 4 == 0
	year % 100 != 0
} else if year % 400 == 0
