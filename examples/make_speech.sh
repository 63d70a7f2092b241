#!/usr/bin/env bash
# Makes the example recordings with espeak-ng (Debian packages espeak-ng and flac, sox).
# The voices are synthetic, so nobody's privacy is touched by shipping them.
set -euo pipefail
cd "$(dirname "$0")"
say() { # say OUT VOICE PITCH SPEED TEXT
  espeak-ng -v "$2" -p "$3" -s "$4" -w /dev/stdout "$5" | sox -t wav - -b 16 "$1" gain -6 pad 0.3 0.4
}
mkdir -p voices/anna voices/bruno

# An interview of two people, and who speaks when.
parts=$(mktemp -d)
trap 'rm -rf "$parts"' EXIT
place=0
turn() { # turn PERSON VOICE PITCH SPEED TEXT
  local part="$parts/$(printf %03d "$(ls "$parts" | wc -l)").wav" seconds
  say "$part" "$2" "$3" "$4" "$5"
  seconds=$(soxi -D "$part")
  # Without the silence around the words.
  echo "$place $seconds $1" | awk '{ printf "SPEAKER interview 1 %.2f %.2f <NA> <NA> %s <NA> <NA>\n", $1 + 0.3, $2 - 0.7, $3 }'
  place=$(echo "$place $seconds" | awk '{ print $1 + $2 }')
}
{
  turn asks en-us+f2 60 160 "Do you remember that winter?"
  turn tells en-gb+m3 38 150 "Yes, very well. The harbour was frozen until the middle of March, and no ship could leave. We had two shops in the village, and both of them closed."
  turn asks en-us+f2 60 160 "And what did you do all day?"
  turn tells en-gb+m3 38 150 "We told stories, mostly, and we repaired the nets. My mother kept a list of every family and of what they still had in the house. Nobody was left alone."
  turn asks en-us+f2 60 160 "What should people remember of it?"
  turn tells en-gb+m3 38 150 "That list."
} > interview.rttm
sox "$parts"/*.wav -b 16 interview.flac

say voices/anna/first.flac en-us+f2 60 160 "The committee met on Tuesday and agreed on the new timetable. I was not there myself, but I have read the notes."
say voices/anna/second.flac en-us+f2 60 150 "She asked whether the bridge would be open again before the summer, and nobody could tell her."
say voices/bruno/first.flac en-gb-scotland+m1 30 155 "You take the first road on the left, then you walk along the river until you see the old mill."
say voices/bruno/second.flac en-gb-scotland+m1 30 165 "Seven of us worked there, three in the morning and four at night. It was loud, and it was warm."
say voices/clara.flac de+f4 55 150 "Wir haben das Gespräch auf Deutsch geführt, denn auch andere Sprachen müssen funktionieren."
