# The session's connection, and values kept in Redis.

session <- new.env(parent = emptyenv())

#' Connect to Redis
#'
#' Seldom needed: [registerDoRedis()] connects, and the other functions connect
#' by themselves where the environment tells them where Redis is.
#'
#' @param host,port,password where Redis is. What is not given is taken from the
#'   environment: `REDIS_URL`, or `REDIS_HOST`, `REDIS_PORT`, `REDIS_USERNAME`,
#'   `REDIS_TLS` and `REDIS_PASSWORD_FILE`, a file that holds the password. Else
#'   it is `localhost`, port 6379, without password.
#' @param ... `url`, `user`, `database` and `tls`, as in
#'   [rcluster::registerRCluster()]; others are ignored.
#' @return `NULL`, invisibly. Stops if Redis cannot be reached.
#' @examples
#' \dontrun{
#' redisConnect("localhost", 6379)
#' }
#' @export
redisConnect <- function(host = "localhost", port = 6379L, password, ...) {
  given <- list(...)
  given <- given[names(given) %in% c("url", "user", "database", "tls")]
  if (!missing(host)) given$host <- host
  if (!missing(port)) given$port <- port
  if (!missing(password)) given$password <- password
  connect(do.call(redis_endpoint, given))
  invisible()
}

connect <- function(endpoint) {
  session$con <- redis_connect(endpoint)
}

connection <- function() {
  if (is.null(session$con)) connect(redis_endpoint())
  session$con
}

# One Redis command: character and raw arguments.
redis <- function(...) redis_call(connection(), list(...))

# Names of keys, found without holding up the server.
find_keys <- function(pattern) {
  cursor <- "0"
  found <- list()
  repeat {
    reply <- redis("SCAN", cursor, "MATCH", pattern, "COUNT", "1000")
    found <- c(found, reply[[2]])
    cursor <- rawToChar(reply[[1]])
    if (cursor == "0") break
  }
  unique(vapply(found, rawToChar, ""))
}

# A queue's name within a pattern; "*" stands for any.
literal <- function(name) {
  if (name == "*") name else gsub("([][*?\\\\])", "\\\\\\1", name)
}

#' Keep R values in Redis
#'
#' `redisSet()` stores an R value under a key, `redisGet()` returns it and
#' `redisDelete()` removes keys. They also work in the body of a loop. A value
#' may take up 512 MB.
#'
#' @param key name of the key; `redisDelete()` takes several.
#' @param val any R value.
#' @return `redisSet()`: `"OK"`. `redisGet()`: the value, `NULL` if there is
#'   none; what was not stored by R comes as text. `redisDelete()`: the number
#'   of keys that were removed.
#' @examples
#' \dontrun{
#' redisSet("x", 1:3)
#' redisGet("x")
#' redisDelete("x")
#' }
#' @export
redisSet <- function(key, val) redis("SET", key, serialize(val, NULL))

#' @rdname redisSet
#' @export
redisGet <- function(key) {
  bytes <- redis("GET", key)
  if (is.null(bytes)) return(NULL)
  serialized <- length(bytes) > 2 && bytes[2] == as.raw(0x0a) &&
    bytes[1] %in% charToRaw("XAB")
  if (serialized) unserialize(bytes) else rawToChar(bytes)
}

#' @rdname redisSet
#' @export
redisDelete <- function(key) redis("DEL", key)
