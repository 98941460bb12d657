# Jobs of coordinators that run the doRedis package of CRAN. Their keys are
# <queue>.<what>.<pid>_<user>_<host>_<time>.

stock_id <- "([0-9]+)_(.+)_([^_]+)_([^_]+)"

# The parts of keys of one kind, a row a key.
stock_parts <- function(queue, what, rest = "") {
  keys <- find_keys(paste0(literal(queue), ".", what, ".*_*"))
  pattern <- paste0("^(.+)\\.", what, "\\.(", stock_id, ")", rest, "$")
  found <- regmatches(keys, regexec(pattern, keys))
  do.call(rbind, Filter(length, found))
}

stock_jobs <- function(queue) {
  parts <- stock_parts(queue, "env")
  if (is.null(parts)) return(data.frame())
  data.frame(
    queue = parts[, 2], id = parts[, 3], user = parts[, 5], host = parts[, 6],
    time = parts[, 7]
  )
}

stock_tasks <- function(queue) {
  run <- "\\.iters (.*) host (.*) pid (.*) begin (.*)"
  parts <- stock_parts(queue, "start", run)
  # A start key that expires belongs to a finished task.
  running <- vapply(parts[, 1], function(key) redis("TTL", key) == -1, NA)
  parts <- parts[running, , drop = FALSE]
  if (!NROW(parts)) return(data.frame())
  data.frame(
    queue = parts[, 2], id = parts[, 3], user = parts[, 5],
    coordinator = parts[, 6], time = parts[, 11], iter = parts[, 8],
    host = parts[, 9], pid = parts[, 10], row.names = NULL
  )
}

remove_stock_job <- function(queue, id) {
  for (block in redis("LRANGE", queue, "0", "-1")) {
    value <- tryCatch(unserialize(block), error = function(e) NULL)
    if (is.list(value) && identical(value$ID, id)) {
      redis("LREM", queue, "1", block)
    }
  }
  keys <- paste(queue, c("env", "out"), id, sep = ".")
  runs <- unlist(lapply(c("start", "alive"), function(what) {
    find_keys(paste0(literal(paste(queue, what, id, sep = ".")), ".iters *"))
  }))
  redis("DEL", c(keys, runs))
}
