# Where Redis is, from arguments or the environment.

text_or <- function(value, default) {
  if (is.null(value) || is.na(value) || !nzchar(value)) default else value
}

#' The Redis that R talks to
#'
#' Arguments win over the environment: `REDIS_URL`, else `REDIS_HOST`,
#' `REDIS_PORT`, `REDIS_USERNAME`, `REDIS_TLS` (`true`), `REDIS_CA_FILE` and
#' `REDIS_PASSWORD_FILE`, a file that holds the password. The file is read at
#' each connect, so that a new password is picked up.
#'
#' @param url `redis://:password@host:6379/0`, or `rediss://` for TLS.
#' @param host,port,user,password,database,tls parts that replace those of the
#'   url.
#' @return a list of these parts
#' @noRd
redis_endpoint <- function(url = NULL, host = NULL, port = NULL, user = NULL,
                           password = NULL, database = NULL, tls = NULL) {
  env <- function(name) text_or(Sys.getenv(name), NULL)
  url <- if (is.null(url)) env("REDIS_URL") else url
  found <- if (is.null(url)) from_environment(env) else from_url(url)
  given <- list(
    host = host, port = port, user = user, password = password,
    database = database, tls = tls
  )
  given <- given[!vapply(given, is.null, NA)]
  check_endpoint(given)
  endpoint <- utils::modifyList(found, given)
  endpoint$port <- as.integer(endpoint$port)
  endpoint$database <- as.integer(endpoint$database)
  endpoint$ca <- text_or(env("REDIS_CA_FILE"), "")
  endpoint
}

from_url <- function(url) {
  parts <- .Call(rc_url, as.character(url))
  if (inherits(parts, "rc_error")) stop(as.vector(parts), call. = FALSE)
  parts
}

# Kubernetes gives pods REDIS_PORT itself, as tcp://host:port.
from_environment <- function(env) {
  list(
    host = text_or(env("REDIS_HOST"), "localhost"),
    port = as.integer(sub(".*:", "", text_or(env("REDIS_PORT"), "6379"))),
    user = text_or(env("REDIS_USERNAME"), ""), password = "", database = 0L,
    tls = identical(env("REDIS_TLS"), "true")
  )
}

endpoint_password <- function(endpoint) {
  if (nzchar(endpoint$password)) return(endpoint$password)
  file <- Sys.getenv("REDIS_PASSWORD_FILE")
  if (!nzchar(file)) return("")
  lines <- tryCatch(readLines(file, n = 1, warn = FALSE),
    warning = function(w) stop("the password file ", file, " cannot be read",
      call. = FALSE
    )
  )
  if (length(lines)) lines else ""
}
