# What 100,000 tasks, chunk 1, take in Redis and in the coordinator, at most;
# for a side that is not done in time, what they took until then.
measure_memory <- function(sides, quick) {
  seconds <- if (quick) 12 else 30
  for (name in c("rcluster", "doredis")) {
    run <- sides[[name]]$loop
    before <- redis_memory()
    # In a child: its memory is its own, and it can be stopped.
    child <- parallel::mcparallel({
      start <- peak_memory()
      run(seq_len(1e5), identity)
      peak_memory() - start
    })
    in_redis <- 0
    own <- peak_memory(child$pid)
    last <- own
    end <- clock() + seconds
    repeat {
      done <- parallel::mccollect(child, wait = FALSE)
      if (!is.null(done) || clock() > end) break
      in_redis <- max(in_redis, redis_memory() - before)
      last <- max(last, peak_memory(child$pid), na.rm = TRUE)
      Sys.sleep(0.05)
    }
    tools::pskill(child$pid, tools::SIGKILL)
    record("memory", name, in_redis, unit = "MB of Redis")
    record("memory", name, last - own, unit = "MB of coordinator")
  }
}

# The most that a process had, in MB.
peak_memory <- function(pid = "self") {
  file <- sprintf("/proc/%s/status", pid)
  none <- function(condition) ""
  lines <- tryCatch(readLines(file), error = none, warning = none)
  line <- grep("^VmHWM", lines, value = TRUE)
  if (length(line)) as.numeric(gsub("[^0-9]", "", line)) / 1024 else NA
}
