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
    if (n < 1) return(one(1, 1))
    columns <- lapply(it$iargs, function(arg) {
      from <- arg$state$i
      arg$state$i <- from + as.integer(n)
      values <- arg$state$obj
      lapply(seq.int(from + 1L, length.out = n), function(i) values[[i]])
    })
    it$state$numValues <- it$state$numValues + as.integer(n)
    rows <- .mapply(list, columns, NULL)
    if (n < least) c(rows, one(1, 1)) else rows
  }
}

# What iter() makes of a vector or list.
is_plain <- function(arg) {
  identical(class(arg), c("containeriter", "iter")) && isFALSE(arg$recycle) &&
    identical(body(arg$checkFunc), TRUE) &&
    all(c("i", "obj") %in% names(arg$state))
}

# As accumulator(values, tags) of foreach. Where the combine function cannot see
# how foreach names its arguments, the values are combined in the same groups
# without being named: R never forgets a name, and a million of them are slow.
accumulate_all <- function(it, accumulator, first, values) {
  failed <- length(values) == 1 && inherits(values[[1]], "error")
  if (can_combine(it) && !failed) {
    combine_groups(it, values)
  } else {
    hand_over(it, accumulator)
    accumulator(values, seq.int(first, length.out = length(values)))
  }
}

can_combine <- function(it) {
  inherits(it, "iforeach") && !it$verbose && is.null(it$state$handed_over) &&
    (is.primitive(it$combineInfo$fun) ||
      identical(it$combineInfo$fun, default_combine())) &&
    all(c("numResults", "buf.off", "first.time") %in% names(it$state))
}

default_combine <- function() get("defcombine", asNamespace("foreach"))

# `waiting` holds what is not enough for a group yet.
combine_groups <- function(it, values) {
  state <- it$state
  state$numResults <- state$numResults + length(values)
  values <- c(state$waiting, values)
  used <- 0
  repeat {
    size <- it$combineInfo$max.combine - !state$first.time
    if (length(values) - used < size) break
    combine(it, values[seq_len(size) + used])
    used <- used + size
  }
  state$waiting <- values[seq_len(length(values) - used) + used]
}

combine <- function(it, group) {
  state <- it$state
  state$buf.off <- state$buf.off + length(group)
  if (!state$first.time) {
    state$accum <- do.call(state$fun, c(list(state$accum), group), quote = TRUE)
  } else if (length(group) == 1) {
    state$accum <- group[[1]]
  } else {
    state$accum <- do.call(state$fun, group, quote = TRUE)
  }
  state$first.time <- FALSE
}

# The last group, be it a small one.
end_groups <- function(it) {
  waiting <- it$state$waiting
  it$state$waiting <- NULL
  if (length(waiting)) combine(it, waiting)
}

# From here on foreach does it: it gets what waits.
hand_over <- function(it, accumulator) {
  state <- it$state
  state$handed_over <- TRUE
  waiting <- state$waiting
  if (!length(waiting)) return(invisible())
  state$waiting <- NULL
  state$numResults <- state$numResults - length(waiting)
  accumulator(waiting, seq.int(state$buf.off + 1, length.out = length(waiting)))
}
