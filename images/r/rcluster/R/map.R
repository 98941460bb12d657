#' Apply a function to each element on the workers of a queue
#'
#' Like `lapply(x, f, ...)`, without foreach's cost: the values come back in
#' order, and the first error stops.
#'
#' @param x a vector or list.
#' @param f a function, or the name of one.
#' @param ... further arguments of `f`, the same for every element.
#' @param .options as `.options.rcluster` of a loop: see [registerRCluster()].
#' @return a list as long as `x`, with its names.
#' @examples
#' \dontrun{
#' registerRCluster("jobs", "redis://localhost:6379")
#' rcluster_map(1:3, sqrt)
#' }
#' @export
rcluster_map <- function(x, f, ..., .options = list()) {
  backend <- current_backend()
  options <- loop_options(.options, backend$options)
  f <- match.fun(f)
  more <- list(...)
  expr <- quote(do.call(.f, c(list(.x), .more)))
  if (!length(more)) expr <- quote(.f(.x))
  envir <- list2env(list(.f = f, .more = more), parent = globalenv())
  description <- find_exports(expr, envir,
    names = ".x", values = Filter(is.list, list(x, more))
  )
  if (!is.primitive(f)) {
    inner <- find_exports(body(f), environment(f), names = names(formals(f)))
    description$global <- utils::modifyList(inner$global, description$global,
      keep.null = TRUE
    )
    description$packages <- union(description$packages, inner$packages)
  }
  description$expr <- expr
  streams <- rng_streams()
  on.exit(end_streams(streams))

  values <- vector("list", length(x))
  names(values) <- names(x)
  position <- 0
  take <- function(least, most) {
    n <- min(most, length(x) - position)
    from <- position
    position <<- position + n
    lapply(seq_len(n) + from, function(i) list(.x = x[[i]]))
  }
  accept <- function(first, some, events) {
    if (length(events)) replay(events)
    if (length(some) == 1 && inherits(some[[1]], "error")) {
      stop(sprintf(
        'task %d failed - "%s"', first, conditionMessage(some[[1]])
      ), call. = FALSE)
    }
    values[seq.int(first, length.out = length(some))] <<- some
    TRUE
  }
  job <- new_job(backend$con, backend$queue, description, options, length(x))
  run_job(job, take, accept, options$chunk, streams)
  values
}

is_registered <- function() {
  isTRUE(foreach::getDoParRegistered()) &&
    isTRUE(foreach::getDoParName() %in% c("rcluster", "doRedis"))
}

current_backend <- function() {
  if (!is_registered()) {
    stop("call registerRCluster() first", call. = FALSE)
  }
  get("data", get(".foreachGlobals", asNamespace("foreach")))
}
