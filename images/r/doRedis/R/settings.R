# What a session sets once for all its loops.

settings <- new.env(parent = emptyenv())

#' Set the number of iterations sent at once
#'
#' Unless it is set, as many iterations are sent to a worker at once as take
#' about 50 ms, so that there is seldom a reason to set it.
#'
#' @param value a number from 1.
#' @return `value`, invisibly.
#' @examples
#' setChunkSize(10)
#' setChunkSize(1)
#' @export
setChunkSize <- function(value = 1) {
  settings$chunk <- whole_number(value, "setChunkSize", 1)
  invisible(settings$chunk)
}

#' Set the interval of checks for dead workers
#'
#' Accepted, and without effect: the queue notices a dead worker within seconds.
#'
#' @param value seconds, a number.
#' @return `value`, at least 3, invisibly.
#' @examples
#' setFtinterval(10)
#' @export
setFtinterval <- function(value = 30) {
  invisible(whole_number(value, "setFtinterval", 3))
}

#' Export more variables to the workers
#'
#' For loops that are not one's own, such as those within packages; else use
#' `.export` of [foreach::foreach()]. Variables that a body names are found
#' without it.
#'
#' @param names names of variables, or nothing.
#' @return `names`, invisibly.
#' @examples
#' setExport("f")
#' setExport()
#' @export
setExport <- function(names = c()) {
  settings$export <- names
  invisible(names)
}

#' Attach more packages at the workers
#'
#' For loops that are not one's own, such as those within packages; else use
#' `.packages` of [foreach::foreach()].
#'
#' @param packages names of packages, or nothing.
#' @return `packages`, invisibly.
#' @examples
#' setPackages("stats")
#' setPackages()
#' @export
setPackages <- function(packages = c()) {
  settings$packages <- packages
  invisible(packages)
}

#' Show a progress bar
#'
#' @param value `TRUE` or `FALSE`.
#' @return `value`, invisibly.
#' @examples
#' setProgress(FALSE)
#' @export
setProgress <- function(value = FALSE) {
  settings$progress <- isTRUE(as.logical(value))
  invisible(value)
}

whole_number <- function(value, what, least) {
  if (!is.numeric(value) || length(value) != 1 || is.na(value)) {
    stop(what, "() takes one number", call. = FALSE)
  }
  max(round(value), least)
}
