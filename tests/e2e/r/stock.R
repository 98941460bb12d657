# Our coordinator, in doRedis's format: both workers take part, and what comes
# back is right whatever the one of CRAN does.
library(doRedis)
library(doRNG)
registerDoRedis("jobs", stock = TRUE)
stock <- as.integer(Sys.getenv("STOCK_PID"))

scale <- function(x) x * factor
factor <- 3
slow <- function(n) {
  foreach(i = seq_len(n)) %dopar% {
    Sys.sleep(0.05)
    list(i, scale(i), runif(2), Sys.getpid())
  }
}
check <- function(n) {
  set.seed(7)
  got <- slow(n)
  registerDoSEQ()
  set.seed(7)
  want <- foreach(i = seq_len(n)) %dorng% list(i, scale(i), runif(2))
  attributes(want) <- NULL
  stopifnot(identical(lapply(got, `[`, 1:3), want))
  registerDoRedis("jobs", stock = TRUE)
}
signal <- function(number, after) {
  system(sprintf("(sleep %s; kill -%d %d) &", after, number, stock))
}

# Until both have come.
repeat {
  pids <- unlist(lapply(slow(20), `[[`, 4))
  if (stock %in% pids && length(unique(pids)) == 2) break
}
check(100)

# Paused for longer than doRedis's lease: its block is done by the other one,
# and what it hands over later is not counted twice.
signal(tools::SIGSTOP, 1)
signal(tools::SIGCONT, 20)
check(300)
total <- foreach(i = 1:40, .combine = "+", .inorder = FALSE) %dopar% {
  Sys.sleep(0.02)
  i
}
stopifnot(total == sum(1:40))

# Errors, chunks, nothing at all.
failed <- tryCatch(
  foreach(i = 1:4) %dopar% if (i == 3) stop("no third") else i,
  error = conditionMessage
)
stopifnot(failed == 'task 3 failed - "no third"')
setChunkSize(7)
chunked <- foreach(i = 1:50, .combine = c) %dopar% i
stopifnot(identical(chunked, 1:50))
stopifnot(identical(foreach(i = integer()) %dopar% i, list()))

# It dies.
signal(tools::SIGKILL, 0.5)
setChunkSize(1)
check(60)
left <- doRedis:::find_keys("jobs.*")
stopifnot(setequal(left, c("jobs.live", "jobs.count")))
cat("rcluster's coordinator: all right\n")
