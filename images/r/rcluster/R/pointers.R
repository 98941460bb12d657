# External pointers and connections are nothing but addresses of this process:
# serialize() takes them without a word, and elsewhere they are dead.

# What R keeps of libraries that were loaded.
harmless_pointers <- c(
  "DLLHandle", "DLLInfo", "DLLInfoReference", "RegisteredNativeSymbol"
)

seen_pointers <- new.env(parent = emptyenv())

# As pack(), and looks for pointers on the way, which costs nothing where there
# are no reference objects. `check` is evaluated if there may be one.
pack_checked <- function(value, check) {
  seen_pointers$any <- FALSE
  bytes <- serialize(value, NULL, xdr = FALSE, refhook = see_reference)
  if (seen_pointers$any) force(check)
  bytes
}

see_reference <- function(reference) {
  if (typeof(reference) == "externalptr" && is_live(reference)) {
    seen_pointers$any <- TRUE
  }
  NULL
}

is_live <- function(pointer) {
  !inherits(pointer, harmless_pointers) && !identical(pointer, nil_pointer)
}

nil_pointer <- new("externalptr")

# What a job's body finds at the workers.
check_description <- function(description) {
  dots <- as.list(description$dots)
  dots <- setNames(dots, sprintf("..%d", seq_along(dots)))
  body <- list("the loop's body" = description$expr)
  check_values(c(description$global, description$local, dots, body))
}

check_block <- function(first, args) {
  for (i in seq_along(args)) {
    check_values(args[[i]], sprintf(" of iteration %.0f", first + i - 1))
  }
}

# Stops, naming what it is about, if one of these named values holds a live
# pointer. What functions use is among them already; what else is around them
# and so goes along is worth a warning.
check_values <- function(values, of = "") {
  found <- Map(find_pointer, values, names(values))
  found <- Filter(Negate(is.null), found)
  around <- vapply(found, function(one) nzchar(one$around), NA)
  for (one in found[!around]) {
    stop(describe_pointer(one, of), "; make it in the loop's body, or ",
      "allow it by .options.rcluster = list(pointers = \"allow\")",
      call. = FALSE
    )
  }
  for (one in found) warn_once(describe_pointer(one, of))
}

describe_pointer <- function(found, of) {
  where <- if (nzchar(found$around)) {
    sprintf(", in the environment of '%s',", found$around)
  } else {
    ""
  }
  sprintf(
    "'%s'%s%s is %s, which only this R session can use", found$path, where, of,
    found$kind
  )
}

warned <- new.env(parent = emptyenv())

warn_once <- function(text) {
  if (text %in% warned$texts) return(invisible())
  warned$texts <- c(warned$texts, text)
  warning(text, call. = FALSE)
}
