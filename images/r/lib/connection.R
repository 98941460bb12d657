# Where the cluster's Redis and its queue are, from the platform's environment.

# Kubernetes gives variables of this name to pods itself, as tcp://host:port.
redis_port <- function() {
  port <- sub(".*:", "", Sys.getenv("REDIS_PORT", "6379"))
  as.integer(if (nzchar(port)) port else "6379")
}

redis_password <- function() {
  file <- Sys.getenv("REDIS_PASSWORD_FILE")
  if (!nzchar(file) || !file.exists(file)) return(NULL)
  password <- tryCatch(
    readLines(file, n = 1, warn = FALSE),
    error = function(e) character(), warning = function(w) character()
  )
  if (!length(password)) {
    message("rcluster: the password file ", file, " cannot be read")
  }
  if (length(password) && nzchar(password)) password
}

cluster_settings <- function() {
  list(
    host = Sys.getenv("REDIS_HOST", "redis"), port = redis_port(),
    password = redis_password(), queue = Sys.getenv("RCLUSTER_QUEUE", "jobs")
  )
}

# redux and its reconnects take the password from REDIS_URL.
use_redis_url <- function(settings) {
  user <- if (!is.null(settings$password)) {
    paste0(":", utils::URLencode(settings$password, reserved = TRUE), "@")
  }
  url <- paste0("redis://", user, settings$host, ":", settings$port)
  Sys.setenv(REDIS_URL = url, REDIS_PORT = settings$port)
}

# Workers bear this name in Redis, so that those alive can be counted.
worker_name <- function(queue) {
  paste0("rcluster-worker:", utils::URLencode(queue, reserved = TRUE))
}

count_workers <- function(settings) {
  redis <- redux::hiredis(
    host = settings$host, port = settings$port, timeout = 3000
  )
  clients <- strsplit(redis$CLIENT_LIST(), "\n")[[1]]
  name <- paste0(" name=", worker_name(settings$queue), " ")
  sum(grepl(name, clients, fixed = TRUE))
}

one_line <- function(condition) {
  gsub("\\s+", " ", trimws(conditionMessage(condition)))
}
