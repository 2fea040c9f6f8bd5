#!/usr/bin/env bash
# usage: run.sh build | start | stop | test [arguments of go test]
#
# A real HDFS with WebHDFS and HttpFS, on the loopback only. Needs Java 17 and Maven.
# "test" builds and starts it, runs the tests of ../ that need it, and stops it again.
set -euo pipefail
cd "$(dirname "$0")"
here=$PWD run=$PWD/target/run

# The user who starts Hadoop is its superuser; nobody is asked who that is.
export HADOOP_USER_NAME=hdfs

# twice COMMAND...: once more if it fails, since it may be the network.
twice() {
	if "$@"; then return; fi
	echo "again: $*" >&2
	"$@"
}

build() {
	local need
	for need in java mvn curl; do
		if ! command -v "$need" >/dev/null; then
			echo "$need is not there: Java 17, Maven and curl are needed" >&2
			return 1
		fi
	done
	twice mvn -B -q compile dependency:build-classpath -Dmdep.outputFile=target/cp.txt
	twice mvn -B -q -f httpfs/pom.xml dependency:build-classpath -Dmdep.outputFile=target/cp.txt
}

# vacant: nobody else may answer in Hadoop's place.
vacant() {
	local port
	for port in 9000 9864 9870 9899 14000; do
		if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
			echo "port $port is taken: is it Hadoop, still? Then: $0 stop" >&2
			return 1
		fi
	done
}

# launch NAME CLASSPATH ARGUMENTS...: starts a JVM and notes its pid.
launch() {
	local name=$1 classpath=$2
	shift 2
	mkdir -p "$run/$name/log"
	java @jvm.args -Dhadoop.log.dir="$run/$name/log" -cp "$classpath" "$@" \
		</dev/null >"$run/$name/out" 2>"$run/$name/err" &
	echo $! >"$run/$name.pid"
}

# await NAME COMMAND...: waits until the command succeeds, as long as the JVM lives.
await() {
	local name=$1 pid
	pid=$(cat "$run/$name.pid")
	shift
	for _ in $(seq 240); do
		if "$@" >/dev/null 2>&1; then return 0; fi
		if ! kill -0 "$pid" 2>/dev/null; then break; fi
		sleep 0.5
	done
	echo "$name has not come up:" >&2
	tail -40 "$run/$name/err" "$run/$name/out" >&2
	return 1
}

start() {
	rm -rf "$run"
	mkdir -p "$run/httpfs/conf" "$run/httpfs/temp"
	launch mini "$here/target/classes:$(cat target/cp.txt)" -Dbase="$run/mini/data" minidfs.MiniWebHdfs
	await mini grep -q '^READY' "$run/mini/out"

	cp httpfs-conf/* "$run/mini/data/client-conf/core-site.xml" "$run/httpfs/conf/"
	head -c 32 /dev/urandom | base64 >"$run/httpfs/conf/httpfs-signature.secret"
	launch httpfs "$run/httpfs/conf:$(cat httpfs/target/cp.txt)" \
		-Dhttpfs.home.dir="$run/httpfs" -Dhttpfs.config.dir="$run/httpfs/conf" \
		-Dhttpfs.log.dir="$run/httpfs/log" -Dhttpfs.temp.dir="$run/httpfs/temp" \
		-Dhadoop.tmp.dir="$run/httpfs/temp" \
		org.apache.hadoop.fs.http.server.HttpFSServerWebServer
	await httpfs curl -fs --noproxy '*' 'http://127.0.0.1:14000/webhdfs/v1/?op=GETHOMEDIRECTORY&user.name=alice'
	echo "name node http://127.0.0.1:9870/webhdfs/v1, HttpFS http://127.0.0.1:14000/webhdfs/v1"
}

stop() {
	local name pid
	for name in httpfs mini; do
		if [ ! -f "$run/$name.pid" ]; then continue; fi
		pid=$(cat "$run/$name.pid")
		kill "$pid" 2>/dev/null || true
		for _ in $(seq 60); do
			if ! kill -0 "$pid" 2>/dev/null; then break; fi
			sleep 0.5
		done
		kill -9 "$pid" 2>/dev/null || true
		rm -f "$run/$name.pid"
	done
}

# begin builds and starts it; what has come up is stopped when the script ends.
begin() {
	build
	vacant
	trap stop EXIT
	trap 'exit 1' INT TERM
	start
}

case "${1:-}" in
build | stop) "$1" ;;
start)
	begin
	trap - EXIT
	;;
test)
	shift
	begin
	cd ..
	KEYLESS_HADOOP=1 "${GO:-go}" test -race -count=1 -timeout=20m "$@" -run Hadoop ./...
	;;
*)
	sed -n 2p "$0" >&2
	exit 2
	;;
esac
