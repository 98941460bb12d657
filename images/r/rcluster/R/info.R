# What goes on in a cluster, read in one go and put into tables.

#' What goes on in a cluster
#'
#' `cluster_json()` gives the same as a line of JSON, for programs. Those that
#' read Redis themselves find the keys in `vignette("queue", "rcluster")`.
#'
#' Tasks that wait or run are counted as they are sent: one or, where they are
#' short, several iterations each. What is done or failed, and the rate, are
#' counted in iterations.
#'
#' @param queue name of the queue. Default: that of [registerRCluster()], else
#'   the environment's `RCLUSTER_QUEUE`, else `jobs`.
#' @param url where Redis is, as in [registerRCluster()]. Default: the Redis of
#'   [registerRCluster()], else the environment's.
#' @return A list of class `cluster_info`, which prints in 80 columns.
#'   `cluster_json()`: a string, with times in ISO 8601 and `null` for `NA`. The
#'   parts:
#'   \describe{
#'     \item{queue, time}{its name, and when it was looked at.}
#'     \item{waiting, running, failed}{tasks that wait and run now; iterations
#'       that failed in the loops that run now.}
#'     \item{rate}{iterations a second over the last 10 seconds.}
#'     \item{workers}{a data frame, a row a worker: `worker` (its id), `host`,
#'       `pid`, `pool` (the environment's `RCLUSTER_POOL` where it was started),
#'       `state` (`idle`, `busy`, `draining`: it takes no more, `late`: its
#'       lease is over), `job` and `iteration` (the task's first) that it works
#'       on, `since` when, `done` (iterations since it started), `memory` in
#'       MB, `rcluster` and `r` (versions).}
#'     \item{jobs}{a data frame, a row a loop: `job` (its id), `host` and `pid`
#'       of its coordinator, `since`, `weight`, tasks `waiting` and `running`,
#'       iterations `sent`, `done` and `failed`, and `total`, how many there are:
#'       `NA` for nested loops, and iterators that don't tell. What the
#'       coordinator tells comes once a second, so it is `NA` at first.}
#'     \item{pools}{a data frame, a row a pool: `pool`, `workers`, `running`,
#'       and `demand`: tasks that run there or wait for a worker of any pool.}
#'     \item{failures}{a data frame, a row for each of the last iterations that
#'       failed, at most 100, the last one first; those of loops that have ended
#'       too, for a week: `time`, `job`, `iteration`, `worker` (its host),
#'       `message`, `call`, and `calls` that led there, one a line.}
#'   }
#' @examples
#' \dontrun{
#' cluster_info("jobs", "redis://localhost:6379")
#' cluster_info()$workers
#' cat(cluster_json())
#' }
#' @export
cluster_info <- function(queue = NULL, url = NULL) {
  backend <- if (is.null(url) && is_registered()) current_backend()
  if (is.null(queue)) {
    queue <- if (is.null(backend)) {
      text_or(Sys.getenv("RCLUSTER_QUEUE"), "jobs")
    } else {
      backend$queue
    }
  }
  check_queue(queue)
  con <- backend$con
  if (is.null(con)) {
    con <- redis_connect(redis_endpoint(url))
    on.exit(redis_close(con))
  }
  describe_queue(queue, read_queue(con, queue))
}

#' @rdname cluster_info
#' @export
cluster_json <- function(queue = NULL, url = NULL) {
  to_json(unclass(cluster_info(queue, url)))
}

# Counts, in constant time.
queue_demand <- function(con, queue) {
  counts <- redis_call(con, list(script_call("demand", queue)))
  names <- c("waiting", "running", "workers", "idle", "jobs")
  setNames(as.list(unlist(counts)), names)
}

read_hash <- function(con, name) {
  as.list(pairs_of(redis_call(con, list(c("HGETALL", name)))))
}

waiting_page <- 10000

# The queue's keys as R values.
read_queue <- function(con, queue) {
  command <- function(...) list(c(...))
  replies <- redis_pipeline(con, list(
    command("TIME"), command("HGETALL", key(queue, "workers")),
    command("HGETALL", key(queue, "held")),
    command("ZRANGE", key(queue, "alive"), "0", "-1", "WITHSCORES"),
    command("SMEMBERS", key(queue, "drain")),
    command("HKEYS", key(queue, "stock")),
    command("ZRANGE", key(queue, "jobs"), "0", "-1"),
    command("HGETALL", key(queue, "loops")),
    command("HGETALL", key(queue, "rate")),
    command("LRANGE", key(queue, "failures"), "0", "-1"),
    command("ZCARD", key(queue, "todo"))
  ))
  time <- as.numeric(texts_of(replies[[1]]))
  list(
    time = time[1] + time[2] / 1e6, workers = pairs_of(replies[[2]]),
    held = pairs_of(replies[[3]]), alive = pairs_of(replies[[4]]),
    drain = texts_of(replies[[5]]), stock = texts_of(replies[[6]]),
    jobs = texts_of(replies[[7]]), loops = pairs_of(replies[[8]]),
    rate = pairs_of(replies[[9]]), failures = texts_of(replies[[10]]),
    waiting = read_waiting(con, key(queue, "todo"), replies[[11]])
  )
}

# The jobs of the tasks that wait, so many at a time that nobody has to wait.
read_waiting <- function(con, name, n) {
  pages <- lapply(seq_len(ceiling(n / waiting_page)) - 1, function(page) {
    from <- sprintf("%.0f", page * waiting_page)
    to <- sprintf("%.0f", (page + 1) * waiting_page - 1)
    job_of(texts_of(redis_call(con, list(c("ZRANGE", name, from, to)))))
  })
  as.character(unlist(pages))
}

texts_of <- function(reply) vapply(reply, rawToChar, "")

pairs_of <- function(reply) {
  texts <- texts_of(reply)
  odd <- seq_along(texts) %% 2 == 1
  setNames(texts[!odd], texts[odd])
}
