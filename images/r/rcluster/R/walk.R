# Finds a live pointer within a value, and the way to it.

# NULL if there is none, else a list: `kind`, `path`, such as "x$con", and
# `around`, the path of the function in whose environment that is, or "": those
# are looked into last.
find_pointer <- function(value, name) {
  for (around in c(FALSE, TRUE)) {
    walk <- new.env(parent = emptyenv())
    walk$around <- around
    walk$seen <- list()
    found <- look_into(value, name, walk, "")
    if (!is.null(found)) return(found)
  }
  NULL
}

look_into <- function(value, path, walk, around) {
  kind <- if (inherits(value, "connection")) {
    if (!is.null(attr(value, "conn_id"))) "a connection"
  } else if (typeof(value) == "externalptr") {
    if (is_live(value)) "an external pointer"
  }
  if (!is.null(kind)) {
    return(list(kind = kind, path = path, around = around))
  }
  parts <- attributes(value)
  parts <- parts[setdiff(names(parts), dull_attributes(value))]
  mark <- if (isS4(value)) "@" else "'s attribute "
  found <- look_at_each(parts, paste0(path, mark, names(parts)), walk, around)
  if (!is.null(found)) return(found)
  switch(typeof(value),
    list = ,
    expression = look_at_each(
      unclass(value), element_paths(value, path), walk, around
    ),
    language = ,
    pairlist = look_at_each(as.list(value), path, walk, around),
    closure = look_into_function(value, path, walk),
    environment = look_into_environment(value, path, walk, around)
  )
}

# data.table makes its pointer anew; that of a class tells versions of it apart.
dull_attributes <- function(value) {
  c(
    "names", "class", "dim", "row.names", "srcref", ".Environment",
    if (inherits(value, "data.table")) ".internal.selfref",
    if (inherits(value, "classRepresentation")) "versionKey"
  )
}

look_at_each <- function(values, paths, walk, around) {
  paths <- rep_len(paths, length(values))
  for (i in which(!vapply(values, is_plain_value, NA))) {
    found <- look_into(values[[i]], paths[i], walk, around)
    if (!is.null(found)) return(found)
  }
  NULL
}

is_plain_value <- function(value) {
  is.symbol(value) || is.atomic(value) && is.null(attributes(value))
}

element_paths <- function(value, path) {
  names <- names(value)
  unnamed <- paste0(path, "[[", seq_along(value), "]]")
  if (is.null(names)) return(unnamed)
  ifelse(nzchar(names) & !is.na(names), paste0(path, "$", names), unnamed)
}

look_into_function <- function(value, path, walk) {
  parts <- c(list(body(value)), as.list(formals(value)))
  found <- look_at_each(parts, sprintf("body(%s)", path), walk, "")
  env <- environment(value)
  while (is.null(found) && walk$around && is_own_environment(env)) {
    found <- look_into_environment(env, "", walk, path)
    env <- parent.env(env)
  }
  found
}

# The variables in an environment; functions among them belong to it.
look_into_environment <- function(env, path, walk, around) {
  if (!is_own_environment(env)) return(NULL)
  for (other in walk$seen) if (identical(other, env)) return(NULL)
  walk$seen <- c(walk$seen, env)
  names <- setdiff(ls(env, all.names = TRUE), of_classes)
  values <- setNames(lapply(names, function(name) peek(env, name)), names)
  values <- Filter(Negate(is.function), values)
  paths <- paste0(path, if (nzchar(path)) "$", names(values))
  look_at_each(values, paths, walk, around)
}

# A class comes along with its objects, and what is around it.
of_classes <- c(".refClassDef", ".objectParent", "parent_env")

# serialize() sends the others by name.
is_own_environment <- function(env) {
  !isNamespace(env) && !identical(env, globalenv()) &&
    !identical(env, baseenv()) && !identical(env, emptyenv()) &&
    !startsWith(environmentName(env), "package:")
}

# The value of a variable; of one that is computed when asked for, the code.
peek <- function(env, name) {
  symbol <- as.name(name)
  if (bindingIsActive(symbol, env)) return(NULL)
  code <- list(do.call(substitute, list(symbol, env)))
  if (is.call(code[[1]])) return(code[[1]])
  tryCatch(get(name, env, inherits = FALSE), error = function(e) NULL)
}
