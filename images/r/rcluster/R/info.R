#' What goes on in a cluster
#'
#' @inheritParams registerRCluster
#' @return a list: `workers`, a data frame with host, process id, state, current
#'   task, seconds on it and memory in MB; `waiting`, `running`, `jobs`, counts.
#' @examples
#' \dontrun{
#' cluster_info("jobs", "redis://localhost:6379")
#' }
#' @export
cluster_info <- function(queue = Sys.getenv("RCLUSTER_QUEUE", "jobs"),
                         url = NULL) {
  con <- redis_connect(redis_endpoint(url))
  on.exit(redis_close(con))
  demand <- queue_demand(con, queue)
  described <- read_hash(con, key(queue, "workers"))
  held <- read_hash(con, key(queue, "held"))
  time <- redis_call(con, list("TIME"))
  now_ms <- as.numeric(rawToChar(time[[1]])) * 1000
  parts <- strsplit(unlist(described), " ")
  pick <- function(i) vapply(parts, function(p) p[i], "", USE.NAMES = FALSE)
  task <- vapply(names(described), function(name) {
    text_or(held[[name]], NA_character_)
  }, "", USE.NAMES = FALSE)
  workers <- data.frame(
    worker = as.character(names(described)), host = pick(1),
    pid = as.integer(pick(2)),
    state = ifelse(is.na(task), "idle", "busy"),
    task = sub(" .*", "", task),
    seconds = pmax(0, (now_ms - as.numeric(sub(".* ", "", task))) / 1000),
    memory = as.numeric(pick(3)) / 1024, row.names = NULL
  )
  c(list(workers = workers), demand[c("waiting", "running", "jobs")])
}

# Counts, in constant time.
queue_demand <- function(con, queue) {
  counts <- redis_call(con, list(script_call("demand", queue)))
  names <- c("waiting", "running", "workers", "idle", "jobs")
  setNames(as.list(unlist(counts)), names)
}

read_hash <- function(con, name) {
  texts <- vapply(redis_call(con, list(c("HGETALL", name))), rawToChar, "")
  odd <- seq_along(texts) %% 2 == 1
  as.list(setNames(texts[!odd], texts[odd]))
}
