# What is on a queue, and how to clear it.

#' Remove a queue
#'
#' Workers that were started for it with [startLocalWorkers()] or
#' [redisWorker()] end, after their `linger` period. Other users' loops and a
#' cluster's workers go on: loops leave nothing behind that would have to be
#' removed. To end loops see [removeJob()].
#'
#' @param queue name of the queue.
#' @return `NULL`, invisibly.
#' @examples
#' \dontrun{
#' removeQueue("jobs")
#' }
#' @export
removeQueue <- function(queue) {
  redis("DEL", live_key(queue), paste0(queue, ".count"))
  invisible()
}

#' List jobs
#'
#' A job is a loop that runs.
#'
#' @param queue name of the queue, or `"*"` for all.
#' @return a data frame, a row a job: `queue`, `id`, `user`, `host` (of its
#'   coordinator) and `time` of its submission. `NA` is what is not known: user
#'   and time are for jobs of the doRedis package of CRAN only.
#' @examples
#' \dontrun{
#' jobs()
#' }
#' @export
jobs <- function(queue = "*") {
  found <- lapply(queues_with("jobs", queue), jobs_of)
  together(c(found, list(stock_jobs(queue))))
}

#' List running tasks
#'
#' @param queue name of the queue, or `"*"` for all.
#' @param id a job of [jobs()], or `"*"` for all.
#' @return a data frame, a row a task: `queue`, `id`, `user`, `coordinator` (its
#'   host), `time` of its start, `iter` (iterations), `host` and `pid` of the
#'   worker. As in [jobs()], `NA` is what is not known.
#' @examples
#' \dontrun{
#' tasks()
#' }
#' @export
tasks <- function(queue = "*", id = "*") {
  found <- lapply(queues_with("held", queue), tasks_of)
  all <- together(c(found, list(stock_tasks(queue))))
  if (id != "*" && nrow(all)) all <- all[all$id == id, , drop = FALSE]
  all
}

#' Remove jobs
#'
#' Their loops stop with an error, and what waits of them is removed.
#'
#' @param job a data frame as [jobs()] returns, or a list or a named character
#'   vector with `queue` and `id`.
#' @return `NULL`, invisibly.
#' @examples
#' \dontrun{
#' removeJob(jobs("jobs"))
#' }
#' @export
removeJob <- function(job) {
  job <- as.list(job)
  if (!all(c("queue", "id") %in% names(job))) {
    stop("a job has a queue and an id", call. = FALSE)
  }
  Map(remove_one, job$queue, job$id)
  invisible()
}

remove_one <- function(queue, id) {
  # Its coordinator, told so, stops and leaves nothing behind.
  redis("SET", queue_key(queue, "removed", id), "1", "EX", "600")
  stock <- grepl("_", id, fixed = TRUE)
  if (stock) remove_stock_job(queue, id) else remove_own_job(queue, id)
}

remove_own_job <- function(queue, id) {
  redis("ZREM", queue_key(queue, "jobs"), id)
  wake <- queue_key(queue, "wake", id)
  redis("RPUSH", wake, "1")
  redis("EXPIRE", wake, "600")
}

queues_with <- function(name, queue) {
  keys <- find_keys(paste0("{", literal(queue), "}:", name))
  sub(paste0("^\\{(.*)\\}:", name, "$"), "\\1", keys)
}

together <- function(frames) {
  frames <- Filter(nrow, frames)
  if (!length(frames)) return(data.frame())
  do.call(rbind, frames)
}

jobs_of <- function(queue) {
  ids <- texts(redis("ZRANGE", queue_key(queue, "jobs"), "0", "-1"))
  if (!length(ids)) return(data.frame())
  data.frame(
    queue = queue, id = ids, user = NA_character_,
    host = coordinators(queue, ids), time = NA_character_
  )
}

tasks_of <- function(queue) {
  held <- pairs_of(queue_key(queue, "held"))
  if (!length(held)) return(data.frame())
  described <- strsplit(pairs_of(queue_key(queue, "workers"))[names(held)], " ")
  member <- sub(" .*", "", held)
  id <- sub("/[^/]*$", "", member)
  since <- as.numeric(sub("^\\S+ (\\d+) .*", "\\1", held)) / 1000
  data.frame(
    queue = queue, id = id, user = NA_character_,
    coordinator = coordinators(queue, id),
    time = format(
      as.POSIXct(since, origin = "1970-01-01"), "%Y-%m-%d-%H:%M:%S"
    ),
    # Of a block of several, the first is known.
    iter = sub("+", "...", sub(".*[/:]", "", member), fixed = TRUE),
    host = vapply(described, `[`, "", 1, USE.NAMES = FALSE),
    pid = vapply(described, `[`, "", 2, USE.NAMES = FALSE),
    row.names = NULL
  )
}

# The hosts from which jobs were submitted.
coordinators <- function(queue, ids) {
  named <- pairs_of(queue_key(queue, "clients"))[paste0("job:", ids)]
  clients <- sub(".*:", "", named)
  list <- tryCatch(rawToChar(redis("CLIENT", "LIST")), error = function(e) "")
  lines <- strsplit(list, "\n")[[1]]
  known <- sub("^id=([0-9]+) .*", "\\1", lines)
  address <- sub(".* addr=(.*):[0-9]+ .*", "\\1", lines)
  unname(address[match(clients, known)])
}

texts <- function(reply) vapply(reply, rawToChar, "")

pairs_of <- function(key) {
  reply <- texts(redis("HGETALL", key))
  odd <- seq_along(reply) %% 2 == 1
  stats::setNames(reply[!odd], reply[odd])
}
