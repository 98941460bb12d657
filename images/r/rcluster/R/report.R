# Once a second a coordinator tells the queue how far its loop has come: see
# cluster_info().

report <- function(job, sent, done, failed) {
  time <- now()
  if (time - job$reported < 1) return(invisible())
  job$reported <- time
  text <- paste(
    Sys.info()[["nodename"]], Sys.getpid(), sprintf("%.0f", job$began),
    job$weight, sprintf("%.0f %.0f %.0f", sent, done, failed)
  )
  # One try: a full Redis is no reason to wait.
  reply <- .Call(rc_call, job$con$pointer, list(c(
    "HSET", key(job$queue, "loops"), job$id, text
  )), timeout_seconds)
  if (identical(attr(reply, "kind"), "interrupt")) recover(job$con, reply)
}
