# check.R DIR: loads each package that DIR/check names in an R of its own.
build <- "/opt/rcluster/build"
source(file.path(build, "report.R"))
source(file.path(build, "entries.R"))

load_log <- function(name) {
  code <- sprintf("library(%s)", name)
  suppressWarnings(system2(
    file.path(R.home("bin"), "Rscript"), c("-e", shQuote(code)),
    stdout = TRUE, stderr = TRUE
  ))
}

reason <- function(log) {
  lost <- grep("cannot open shared object file", log, value = TRUE)
  if (length(lost)) {
    file <- sub(".*?([A-Za-z0-9_.+-]+\\.so[0-9.]*): cannot open.*", "\\1",
                lost[1], perl = TRUE)
    return(paste0(
      "the shared library ", file, " is missing; add the Debian package that ",
      "holds it to images/r/apt.txt"
    ))
  }
  log <- grep("^(Execution halted|Calls:.*)?$", log,
    value = TRUE, invert = TRUE
  )
  gsub("\\s+", " ", paste(utils::tail(log, 2), collapse = " "))
}

main(function(dir) {
  for (name in lines_of(file.path(dir, "check"))) {
    log <- load_log(name)
    if (!is.null(attr(log, "status"))) {
      writeLines(log, stderr())
      fail("package ", quoted(name), " does not load: ", reason(log))
    }
  }
})
