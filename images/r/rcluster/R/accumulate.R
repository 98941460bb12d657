# foreach's own bookkeeping, many iterations at a time: one by one it takes
# longer than all else that the coordinator does. Where an iterator is not of
# the plain kind, foreach's functions are called one by one.

# The next elements of a foreach iterator (see run_job).
take_elements <- function(it) {
  one <- take_each(function() iterators::nextElem(it))
  if (!all(vapply(it$iargs, is_plain, NA)) || !inherits(it, "iforeach") ||
    !all(nzchar(it$argnames))) {
    return(one)
  }
  function(least, most) {
    left <- vapply(it$iargs, function(arg) arg$length - arg$state$i, 0)
    n <- min(most, left)
    if (n < 1) return(one(1))
    columns <- lapply(it$iargs, function(arg) {
      from <- arg$state$i
      arg$state$i <- from + as.integer(n)
      values <- arg$state$obj
      lapply(seq.int(from + 1L, length.out = n), function(i) values[[i]])
    })
    it$state$numValues <- it$state$numValues + as.integer(n)
    rows <- .mapply(list, columns, NULL)
    if (n < least) c(rows, one(1)) else rows
  }
}

# What iter() makes of a vector or list.
is_plain <- function(arg) {
  identical(class(arg), c("containeriter", "iter")) && isFALSE(arg$recycle) &&
    identical(body(arg$checkFunc), TRUE) &&
    all(c("i", "obj") %in% names(arg$state))
}

# As accumulator(values, tags) of foreach: all but the last value go straight
# into its buffer, the last one makes it combine.
accumulate_all <- function(it, accumulator, first, values) {
  n <- length(values)
  state <- it$state
  if (n > 1 && can_buffer(it)) {
    rest <- n - 1L
    tags <- seq.int(first, length.out = rest)
    list2env(setNames(values[-n], paste("result", tags, sep = ".")), state)
    state$numResults <- state$numResults + rest
    at <- tags - state$buf.off
    size <- length(state$buffered)
    while (at[rest] >= size) size <- 2L * size
    length(state$buffered) <- size
    state$buffered[at] <- tags
    accumulator(values[n], first + rest)
  } else {
    accumulator(values, seq.int(first, length.out = n))
  }
}

can_buffer <- function(it) {
  inherits(it, "iforeach") && it$combineInfo$in.order && !it$verbose &&
    is.null(it$state$errorValue) &&
    all(c("numResults", "buffered", "buf.off") %in% names(it$state))
}
