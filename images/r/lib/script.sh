# What rcluster-run and rcluster-job have in common.
# shellcheck shell=sh

r='' killer='' stopped='' reason='' code=''
grace=5 # seconds to end by itself

# receive FOLDER: from standard input a number of bytes, a tar of that size and
# the word "end". Fails if the sender has gone before that.
receive() {
  read -r size && head -c "$size" | tar -xf - -C "$1" && read -r last &&
    [ "$last" = end ]
}

# run_script FOLDER SCRIPT [ARG...]: R on a script of FOLDER/input; sets $code.
# R has a session of its own, so that all that it started can be ended.
run_script() {
  folder=$1 script=$1/input/$2
  shift 2
  mkdir -p "$folder/output"
  export RCLUSTER_OUTPUT="$folder/output" RCLUSTER_ERROR="$folder/error"
  RCLUSTER_SCRIPT=$(basename "$script")
  export RCLUSTER_SCRIPT
  cd "$(dirname "$script")" || exit
  kills=$(oom_kills)
  touch "$folder/begun"
  # The shell lets what it starts with & ignore interrupts.
  setsid env --default-signal=INT,QUIT \
    Rscript /usr/local/lib/rcluster/script.R "$@" </dev/null &
  r=$!
  [ -z "$stopped" ] || stop_script
  while wait "$r"; code=$?; kill -s 0 "$r" 2>/dev/null; do :; done
  kill -s KILL -- "-$r" 2>/dev/null
  [ -z "$killer" ] || kill "$killer" 2>/dev/null
  cd /
  beside=$(find "$folder/input" -type f -newer "$folder/begun" | head -n 1)
  [ -z "$beside" ] || echo "rcluster: ${beside##*/}, and what else the script" \
    "wrote beside itself, is not kept; /data stays, and 'rcluster submit'" \
    "keeps \$RCLUSTER_OUTPUT" >&2
  if [ -n "$stopped" ]; then
    code=130
  elif [ "$code" = 137 ] && [ "$(oom_kills)" != "$kills" ]; then
    # shellcheck disable=SC2034 # of rcluster-job
    reason='out of memory'
    echo 'R was killed: out of memory (exit code 137)' >&2
  elif [ "$code" = 0 ] && [ -s "$folder/error" ]; then
    code=1 # a script that has read what R was still to run
  fi
}

# stop_script: interrupts R, which takes its tasks back, and kills it if it does
# not end by itself.
stop_script() {
  stopped=yes
  [ -n "$r" ] || return
  kill -s INT "$r" 2>/dev/null
  { sleep "$grace"; kill -s KILL -- "-$r"; } >/dev/null 2>&1 &
  killer=$!
}

# How often the kernel has killed for this container's memory limit.
oom_kills() {
  cat /sys/fs/cgroup/memory.events /sys/fs/cgroup/memory/memory.oom_control \
    2>/dev/null | sed -n 's/^oom_kill //p'
}
