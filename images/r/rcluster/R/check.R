# Bad input is one clear error before anything happens.

refuse <- function(name, value, allowed) {
  stop(sprintf(
    "%s = %s is not allowed; allowed: %s", name, deparse(value)[1], allowed
  ), call. = FALSE)
}

is_number <- function(x, least, most = Inf) {
  is.numeric(x) && length(x) == 1 && is.finite(x) && x >= least && x <= most
}

is_whole <- function(x, least, most = Inf) {
  is_number(x, least, most) && x %% 1 == 0
}

is_text <- function(x) is.character(x) && length(x) == 1 && !is.na(x)

check_queue <- function(queue) {
  if (!is_text(queue) || !grepl("^[^{}[:space:][:cntrl:]]+$", queue)) {
    refuse("queue", queue, "a name without spaces and braces")
  }
}

# What was given of redis_endpoint().
check_endpoint <- function(given) {
  for (name in intersect(names(given), c("host", "user", "password"))) {
    if (is_text(given[[name]])) next
    shown <- if (name == "password") quote(...) else given[[name]]
    refuse(name, shown, "one string")
  }
  check_digits("port", given$port, 1, 65535)
  check_digits("database", given$database, 0, .Machine$integer.max)
  if (!is.null(given$tls) && !isTRUE(given$tls) && !isFALSE(given$tls)) {
    refuse("tls", given$tls, "TRUE or FALSE")
  }
}

# A number, or its digits: the environment has nothing but strings.
check_digits <- function(name, value, least, most) {
  number <- suppressWarnings(as.numeric(value))
  if (!is.null(value) && !is_whole(number, least, most)) {
    refuse(name, value, sprintf("a whole number from %d to %d", least, most))
  }
}
