#!/bin/sh
# data_get.sh PROGRAM - backless data get from a server on the loopback interface whose answers are correct,
# short, wrong, too long, slow, stalled, redirected or missing: exit codes, messages, and the files that are
# left. No request leaves this machine: those to the known mirrors go to the same server as a proxy, which
# refuses them.
# shellcheck disable=SC2086
set -u
program=$1
tests=$(cd "$(dirname "$0")" && pwd)

"$program" data get --help >/dev/null || exit 1
digits=0123456789abcdef
any_digest=$digits$digits$digits$digits
if "$program" data get https://127.0.0.1:1/x --sha256 $any_digest --to /dev/null/x 2>&1 |
    grep -q "cannot fetch"; then
    "$program" data get mnist 2>/dev/null |
        grep -q "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6" ||
        { echo "FAILED: without libcurl, nothing says what to fetch by hand"; exit 1; }
    echo "SKIP: this build cannot fetch (BACKLESS_DOWNLOAD), but it says what to fetch by hand"
    exit 77
fi
command -v python3 >/dev/null || { echo "SKIP: there is no python3 to serve"; exit 77; }
unset http_proxy https_proxy HTTPS_PROXY all_proxy ALL_PROXY no_proxy NO_PROXY CURL_CA_BUNDLE SSL_CERT_FILE \
    SSL_CERT_DIR
unset BACKLESS_DATA BACKLESS_DATA_DIR

folder=$(mktemp -d)
server=
client=
end_all() {
    [ -z "$server" ] || kill "$server" 2>/dev/null
    [ -z "$client" ] || kill -9 "$client" 2>/dev/null
    rm -rf "$folder"
}
trap end_all EXIT
trap 'exit 1' INT TERM
cd "$folder" || exit 1
failures=0

complain() {
    echo "FAILED: $1"
    [ ! -s out.txt ] || sed 's/^/    /' out.txt
    failures=$((failures + 1))
}

# expect CODE FRAGMENT COMMAND...: the exit code, and text somewhere in what is printed
expect() {
    code=$1 fragment=$2
    shift 2
    "$@" >out.txt 2>&1
    found=$?
    [ "$found" = "$code" ] || complain "exit $found, expected $code: $*"
    grep -qF -e "$fragment" out.txt || complain "nothing about \"$fragment\": $*"
}
also() { grep -qF -e "$1" out.txt || complain "nothing about \"$1\" either"; }
is_whole() { cmp -s "$1" served/body || complain "$1 is not what the server has"; }
is_gone() { [ ! -e "$1" ] || complain "$1 was not removed"; }
size_of() { wc -c <"$1" | tr -d ' '; }
has_size() { [ "$(size_of "$1")" = "$2" ] || complain "$1 has $(size_of "$1") bytes, expected $2"; }
# The log of the server has one line per request since the last `forget`.
forget() { : >served/log; }
asked() { grep -qxF -e "$1" served/log ||
    { complain "there was no request: $1"; sed 's/^/    /' served/log; }; }
asked_times() { [ "$(wc -l <served/log)" -eq "$1" ] ||
    complain "$(wc -l <served/log) requests, expected $1"; }
begin_part() { head -c "$1" served/body >got.part; }
clean() { rm -rf got got.part out.txt; forget; }

# ---- the server
mkdir served
size=40000
awk -v n=$size 'BEGIN { for (i = 0; i < n; i++) printf "%c", 33 + (i * i + int(i / 7)) % 90 }' >served/body
: >served/log
digest=$(python3 -c "import hashlib; print(hashlib.sha256(open('served/body', 'rb').read()).hexdigest())")
tls=
if command -v openssl >/dev/null && openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost \
    -addext subjectAltName=IP:127.0.0.1 -keyout key.pem -out certificate.pem 2>/dev/null; then
    tls="certificate.pem key.pem"
fi
python3 "$tests/web_server.py" served $tls &
server=$!
while [ ! -s served/port ] && kill -0 $server 2>/dev/null; do sleep 0.05; done
[ -s served/port ] || { echo "FAILED: the server did not start"; exit 1; }
web=http://127.0.0.1:$(cat served/port)

# get CODE FRAGMENT WAY [OPTION...]
get() {
    code=$1 fragment=$2 way=$3
    shift 3
    expect "$code" "$fragment" "$program" data get "$web/$way/file" --sha256 "$digest" --to got \
        --size $size "$@"
}

# ---- usage
expect 2 "usage: backless" "$program" data get
expect 2 "needs the digest of its file" "$program" data get $web/right/file
expect 2 "64 hexadecimal digits" "$program" data get $web/right/file --sha256 12ab
expect 2 "64 hexadecimal digits" "$program" data get $web/right/file --sha256 "${digest}0"
expect 2 "64 hexadecimal digits" "$program" data get $web/right/file --sha256 "x${any_digest#?}"
expect 2 "name of a file" "$program" data get $web/ --sha256 "$digest"
expect 2 "name of a file" "$program" data get $web/right/.. --sha256 "$digest"
expect 2 "name of a file" "$program" data get $web/right/file --sha256 "$digest" --to got/
expect 2 "one address at a time" "$program" data get $web/right/a $web/right/b --sha256 "$digest"
expect 2 "--data-dir requires" "$program" data get $web/right/file --sha256 "$digest" --data-dir .
expect 2 "--stall is" "$program" data get $web/right/file --sha256 "$digest" --stall 0
expect 2 "--size is" "$program" data get $web/right/file --sha256 "$digest" --size many
expect 2 "--mirror is" "$program" data get mnist --mirror ftp://example.org/
expect 2 "one set at a time" "$program" data get mnist fashion-mnist --mirror $web
expect 2 "--sha256 goes with" "$program" data get mnist --sha256 "$digest"
expect 2 "there are: fashion-mnist, mnist" "$program" data get iris
asked_times 0
clean

# ---- correct answers
get 0 "the digest is right" right
is_whole got
is_gone got.part
asked "GET /right/file -"
forget
get 0 "is here already" wrong
asked_times 0
clean
get 0 "got" right --quiet
[ "$(cat out.txt)" = got ] || complain "--quiet: more than the name is printed"
clean
upper=$(echo "$digest" | tr a-f A-F)
expect 0 "file" "$program" data get "$web/right/file?a=/b#c" --sha256 "$upper"
is_whole file
rm -f file
expect 0 "new/folder/got" "$program" data get $web/right/file --sha256 "$digest" --to new/folder/got
is_whole new/folder/got
clean

# ---- a digest with one wrong digit: no file is kept
case $digest in
0*) flipped=1${digest#?} ;;
*) flipped=0${digest#?} ;;
esac
expect 4 "the downloaded file has the SHA-256 $digest, expected $flipped" \
    "$program" data get $web/right/file --sha256 "$flipped" --to got
is_gone got
is_gone got.part
clean

# ---- an existing file with other content is replaced only with --force
echo mine >got
get 3 "is there with another content" right
[ "$(cat got)" = mine ] || complain "an existing file was changed"
asked_times 0
get 4 "the server answers 404" gone --force
[ "$(cat got)" = mine ] || complain "--force: the old file is lost before there is a new one"
get 0 "the digest is right" right --force
is_whole got
clean
mkdir got
get 4 "is a folder" right
rmdir got
clean

# ---- wrong answers of every kind: exit 4 with the reason, and no file is kept
while read -r way fragment; do
    get 4 "$fragment" "$way"
    also "got could not be fetched"
    is_gone got
    is_gone got.part
    clean
done <<END
wrong the downloaded file has the SHA-256
too-long more than $size bytes came
endless more than $size bytes came
gone the server answers 404 (not found)
broken the server answers 500
empty it ended after 0 of $size bytes
loop Maximum (5) redirects
redirect/6/x Maximum (5) redirects
to-file only http or https is taken
END

# ---- a short answer: the received bytes are kept, and the download continues from another address
get 4 "the connection was closed after 20000 bytes" short
also "20000 bytes are kept in got.part"
is_gone got
has_size got.part 20000
forget
get 0 "going on after 20000 bytes" right
is_whole got
is_gone got.part
asked "GET /right/file bytes=20000-"
asked_times 1
clean
get 4 "it ended after 20000 of $size bytes" ends-early
has_size got.part 20000
clean
expect 4 "the downloaded file has the SHA-256" "$program" data get $web/ends-early/file \
    --sha256 "$digest" --to got
is_gone got.part
clean
expect 4 "the downloaded file has the SHA-256" "$program" data get $web/empty/file --sha256 "$digest" --to got
clean

# ---- an existing .part file, and servers that handle the Range request in different ways
for way in no-range refuses-range other-range wrong-once-resumed; do
    begin_part 12345
    get 0 "the digest is right" $way
    is_whole got
    is_gone got.part
    asked "GET /$way/file bytes=12345-"
    [ $way = wrong-once-resumed ] || ! grep -qE "SHA-256|more than" out.txt ||
        complain "/$way: bytes were taken wrongly"
    [ $way = no-range ] || asked "GET /$way/file -"
    clean
done
begin_part 12345
get 4 "the server answers 404" gone
has_size got.part 12345
clean
head -c 12345 /dev/zero >got.part # the beginning of another file
get 0 "the digest is right" right
is_whole got
asked "GET /right/file bytes=12345-"
asked "GET /right/file -"
clean
cp served/body got.part # complete: it is renamed without a request
get 0 "got" gone
is_whole got
asked_times 0
clean
head -c 50000 /dev/zero >got.part # longer than the file
get 0 "the digest is right" right
is_whole got
clean
cp served/body got.part # the same without --size
expect 0 "got" "$program" data get $web/gone/file --sha256 "$digest" --to got
is_whole got
asked_times 0
clean
head -c 50000 /dev/zero >got.part
expect 0 "the digest is right" "$program" data get $web/right/file --sha256 "$digest" --to got
is_whole got
asked "GET /right/file bytes=50000-"
clean

# ---- redirects
get 0 "the digest is right" redirect/5/file
is_whole got
asked_times 6
clean

# ---- mirrors: the user's is tried first; if its answer is wrong, the next one is used
for first in wrong short gone broken too-long ends-early loop; do
    get 0 "the digest is right" right --mirror $web/$first
    is_whole got
    asked "GET /$first/file -"
    tail -n 1 served/log | grep -q "^GET /right/file" ||
        complain "/$first: the next mirror did not get the last request"
    clean
done
get 4 "$web/gone/file: the server answers 404" broken --mirror $web/gone/
also "$web/broken/file: the server answers 500"
clean

# ---- a stalled server: the download ends after --stall seconds, and the received bytes are kept for the next
# server
get 0 "slower than 1000 bytes a second for 1 s, after 1000 bytes" right --mirror $web/stall --stall 1
is_whole got
asked "GET /right/file bytes=1000-"
clean
get 4 "too slow" silent --stall 1
clean
expect 4 "onnect" "$program" data get http://127.0.0.1:1/file --sha256 "$digest" --to got
is_gone got.part
clean

# ---- a download that is interrupted, two at the same time, and one that is killed
wait_for_part() {
    while [ ! -s got.part ] && kill -0 $client 2>/dev/null; do sleep 0.02; done
}
# Begins a slow download, tries a second one of the same file, and ends the first by signal $1; $found is its
# exit code.
interrupt() {
    "$program" data get $web/slow/file --sha256 "$digest" --to got --size $size >first.txt 2>&1 &
    client=$!
    wait_for_part
    get 4 "another process ($client) is fetching this file" right
    kill -"$1" $client
    wait $client 2>/dev/null
    found=$?
    client=
    mv first.txt out.txt
}
for signal in INT TERM KILL; do
    interrupt $signal
    if [ $signal != KILL ]; then
        [ $found = 75 ] || complain "$signal: exit $found, expected 75"
        also "the same command continues there"
    fi
    is_gone got
    [ -s got.part ] || complain "$signal: got.part is not kept"
    have=$(size_of got.part)
    forget
    get 0 "going on after $have bytes" right
    is_whole got
    asked "GET /right/file bytes=$have-"
    clean
done

# ---- a full disk, simulated by a limit on the size of files: exit 4, and the received bytes are kept
(
    trap '' XFSZ
    ulimit -f 16 # blocks of 512 or of 1024 bytes: both less than the file
    "$program" data get $web/right/file --sha256 "$digest" --to got --size $size >out.txt 2>&1
)
[ $? = 4 ] || complain "a full disk: not exit 4"
also "got.part: File too large"
is_gone got
[ -s got.part ] || complain "a full disk: got.part is not kept"
get 0 "going on after" right
is_whole got
clean
if [ -w /dev/full ]; then
    "$program" data get $web/right/file --sha256 "$digest" --to got --quiet >/dev/full 2>out.txt
    [ $? = 4 ] || complain "a full standard output was not noticed"
    clean
fi
if [ "$(id -u)" != 0 ]; then
    mkdir locked && chmod 555 locked
    expect 4 "ermission denied" "$program" data get $web/right/file --sha256 "$digest" --to locked/got
fi
expect 4 "served/body" "$program" data get $web/right/file --sha256 "$digest" --to served/body/got
clean

# ---- named sets: the user's mirror, then the known ones, which a proxy refuses here
proxied() { expect_code=$1 text=$2; shift 2; https_proxy=$web expect "$expect_code" "$text" "$@"; }
proxied 4 "$web/wrong/train-images-idx3-ubyte.gz: it ended after $size of 9912422 bytes" \
    "$program" data get mnist --data-dir sets --mirror $web/wrong
also "https://ossci-datasets.s3.amazonaws.com/mnist/train-images-idx3-ubyte.gz: "
also "403"
asked "CONNECT ossci-datasets.s3.amazonaws.com:443 -"
asked "CONNECT storage.googleapis.com:443 -"
asked_times 3
has_size sets/mnist/train-images-idx3-ubyte.gz.part $size
expect 0 "not all of it: backless data get mnist" "$program" data list --data-dir sets
rm -rf sets
clean
http_proxy=$web proxied 4 "http://ufldl.stanford.edu/housenumbers/train_32x32.mat: " \
    "$program" data get svhn --data-dir sets
asked "CONNECT ufldl.stanford.edu:443 -"
asked "GET http://ufldl.stanford.edu/housenumbers/train_32x32.mat -"
asked_times 2
clean
for name in fashion-mnist kmnist cifar10 cifar100; do
    proxied 4 "403" "$program" data get $name --data-dir sets
    is_gone sets/$name/*
done
asked "CONNECT fashion-mnist.s3.eu-central-1.amazonaws.com:443 -"
asked "CONNECT github.com:443 -"
asked "CONNECT codh.rois.ac.jp:443 -"
asked "CONNECT www.cs.toronto.edu:443 -"
BACKLESS_DATA=$folder/elsewhere proxied 4 "$folder/elsewhere/mnist" "$program" data get mnist
BACKLESS_DATA_DIR=$folder/else proxied 4 "$folder/else/mnist" "$program" data get mnist
is_gone else # an empty folder mnist would be taken for the set
mkdir kept
BACKLESS_DATA_DIR=$folder/kept proxied 4 "$folder/kept/mnist" "$program" data get mnist
is_gone kept/mnist
[ -d kept ] || complain "a folder that the download did not make was removed"
rm -rf sets elsewhere else
clean

# ---- https: a trusted certificate, one that is not trusted, and redirects between https and http
if [ -n "$tls" ]; then
    secure=https://127.0.0.1:$(cat served/tls_port)
    get_secure() {
        code=$1 fragment=$2 way=$3
        shift 3
        expect "$code" "$fragment" "$program" data get "$secure/$way/file" --sha256 "$digest" --to got "$@"
    }
    get_secure 4 "certificate" right
    is_gone got.part
    for variable in CURL_CA_BUNDLE SSL_CERT_FILE; do
        export $variable="$folder/certificate.pem"
        get_secure 0 "the digest is right" right
        is_whole got
        clean
        unset $variable
    done
    export CURL_CA_BUNDLE="$folder/certificate.pem"
    get_secure 4 "only https is taken" to-other
    is_gone got.part
    grep -q right served/log && complain "https led to http, and was followed"
    clean
    get 0 "the digest is right" to-other
    is_whole got
    clean
    unset CURL_CA_BUNDLE
else
    echo "without openssl, https is not tried"
fi

# ---- a library that cannot be loaded: the command says which, and what to get by hand
for library in libcurl libcrypto; do
    mkdir "no_$library"
    : >"no_$library/$(grep -a -o "$library\.so\.[0-9]*" "$program")"
    expect 2 "cannot fetch: $folder/no_$library/$library.so" \
        env LD_LIBRARY_PATH="$folder/no_$library" "$program" data get mnist --data-dir by_hand
    also "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"
    is_gone by_hand
done

# ---- the real files, if they are on this machine
if [ -d "${BACKLESS_TEST_DATA:-}/mnist" ]; then
    mkdir sets
    cp -r "$BACKLESS_TEST_DATA/mnist" sets/mnist
    chmod -R u+w sets
    expect 0 "t10k-labels-idx1-ubyte.gz is here already" "$program" data get mnist --data-dir sets
    also "sets/mnist"
    printf x | dd of=sets/mnist/t10k-labels-idx1-ubyte.gz bs=1 seek=2000 conv=notrunc 2>/dev/null
    expect 3 "is there with another content" "$program" data get mnist --data-dir sets
    expect 0 "$folder/sets/mnist" "$program" data list --data-dir "$folder/sets"
fi

kill -0 $server 2>/dev/null || complain "the server has died"
[ "$failures" = 0 ] || { echo "$failures failed"; exit 1; }
echo "everything as expected"
