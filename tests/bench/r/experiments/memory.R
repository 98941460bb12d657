# What 100,000 tasks, chunk 1, take in Redis and in a coordinator, at most. A
# side that is not done in time is stopped, and says how long it had.
measure_memory <- function(sides, quick) {
  for (name in c("rcluster", "doredis")) {
    most <- peaks_of(name, 1e5, if (quick) 15 else 60)
    record("memory", name, most$seconds, unit = if (most$done) {
      "s, done"
    } else {
      "s, stopped"
    })
    record("memory", name, most$redis, unit = "MB of Redis")
    record("memory", name, most$coordinator, unit = "MB of coordinator")
  }
}

peaks_of <- function(name, tasks, seconds) {
  file <- tempfile("coordinator")
  pid <- start_process(file.path(R.home("bin"), "Rscript"), c(
    "child/coordinator.R", name, format(tasks, scientific = FALSE), file
  ))
  on.exit(tools::pskill(pid, tools::SIGKILL))
  state <- function() {
    if (file.exists(file)) readLines(file, warn = FALSE) else "starts"
  }
  begun <- clock()
  while (!identical(state(), "ready")) {
    if (clock() - begun > 30) stop(name, ": its coordinator does not start")
    Sys.sleep(0.01)
  }
  begun <- clock()
  redis_before <- redis_memory()
  own_before <- peak_memory(pid)
  redis <- 0
  own <- own_before
  repeat {
    redis <- max(redis, redis_memory() - redis_before)
    now <- peak_memory(pid)
    done <- identical(state(), "done")
    if (is.na(now) && !done) stop(name, ": its coordinator died")
    own <- max(own, now, na.rm = TRUE)
    if (done || clock() - begun > seconds) break
    Sys.sleep(0.02)
  }
  list(
    done = done, seconds = clock() - begun, redis = redis,
    coordinator = own - own_before
  )
}

# The most that a process had, in MB.
peak_memory <- function(pid) {
  file <- sprintf("/proc/%d/status", pid)
  none <- function(condition) ""
  lines <- tryCatch(readLines(file), error = none, warning = none)
  line <- grep("^VmHWM", lines, value = TRUE)
  if (length(line)) as.numeric(gsub("[^0-9]", "", line)) / 1024 else NA
}
