# Once a second a coordinator tells the queue how far its loop has come, and what
# failed: see cluster_info().

report <- function(job, sent, done, failed) {
  time <- now()
  if (time - job$reported < 1) return(invisible())
  job$reported <- time
  total <- if (is.na(job$total)) "-" else sprintf("%.0f", job$total)
  text <- paste(
    Sys.info()[["nodename"]], Sys.getpid(), sprintf("%.0f", job$began),
    job$weight, sprintf("%.0f %.0f %.0f", sent, done, failed), total
  )
  progress <- list(c("HSET", key(job$queue, "loops"), job$id, text))
  tell_queue(job, c(list(progress), failure_commands(job)))
}

report_failures <- function(job) {
  commands <- failure_commands(job)
  if (length(commands)) tell_queue(job, commands)
}

# One try: a full Redis is no reason to wait.
tell_queue <- function(job, commands) {
  replies <- .Call(rc_pipeline, job$con$pointer, commands, timeout_seconds)
  if (identical(attr(replies, "kind"), "interrupt")) recover(job$con, replies)
}
