# The options of one loop, checked and complete.

# `usual`: those that were given for all loops.
loop_options <- function(given, usual = list()) {
  default <- list(
    chunk = "auto", timeout = 0, weight = 1, fresh = FALSE, pointers = "stop"
  )
  given <- utils::modifyList(as.list(usual), as.list(given))
  unknown <- setdiff(names(given), names(default))
  if (length(unknown)) {
    stop(sprintf(
      ".options.rcluster: there is no option '%s'; allowed: %s", unknown[1],
      paste(names(default), collapse = ", ")
    ), call. = FALSE)
  }
  options <- utils::modifyList(default, given)
  chunk <- options$chunk
  if (!identical(chunk, "auto") && !is_whole(chunk, 1)) {
    refuse_option("chunk", chunk, "a whole number from 1, or \"auto\"")
  }
  if (!is_number(options$timeout, 0)) {
    refuse_option("timeout", options$timeout, "a number of seconds, or 0")
  }
  if (!is_number(options$weight, .Machine$double.eps)) {
    refuse_option("weight", options$weight, "a number above 0")
  }
  if (!isTRUE(options$fresh) && !isFALSE(options$fresh)) {
    refuse_option("fresh", options$fresh, "TRUE or FALSE")
  }
  if (!list(options$pointers) %in% c("stop", "allow")) {
    refuse_option("pointers", options$pointers, "\"stop\" or \"allow\"")
  }
  # A time limit is that of one iteration.
  if (options$timeout > 0) options$chunk <- 1
  options
}

refuse_option <- function(name, value, allowed) {
  refuse(paste(".options.rcluster:", name), value, allowed)
}
