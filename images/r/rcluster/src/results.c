/* Workers' results, many at a time, as columns: one by one in R it would take
 * several times as long. */
#include "results.h"

#include <string.h>

enum { SLOT, FIRST, VALUES, SECONDS, EVENTS, NEWS };

typedef struct {
  const unsigned char *at, *end;
} source;

static void read_bytes(R_inpstream_t stream, void *target, int length) {
  source *s = (source *)stream->data;
  if (s->end - s->at < length) error("a result is cut off");
  memcpy(target, s->at, (size_t)length);
  s->at += length;
}

static int read_char(R_inpstream_t stream) {
  unsigned char c;
  read_bytes(stream, &c, 1);
  return c;
}

static SEXP unpack(SEXP bytes) {
  source s = {RAW(bytes), RAW(bytes) + XLENGTH(bytes)};
  struct R_inpstream_st stream;
  R_InitInPStream(&stream, (R_pstream_data_t)&s, R_pstream_any_format,
                  read_char, read_bytes, NULL, R_NilValue);
  SEXP value = R_Unserialize(&stream);
  if (TYPEOF(value) != VECSXP || XLENGTH(value) <= NEWS)
    error("a result is not of this version of rcluster");
  return value;
}

SEXP rc_first_bytes(SEXP replies) {
  R_xlen_t n = XLENGTH(replies);
  SEXP bytes = PROTECT(allocVector(RAWSXP, n));
  for (R_xlen_t i = 0; i < n; i++) {
    SEXP reply = VECTOR_ELT(replies, i);
    RAW(bytes)[i] = XLENGTH(reply) ? RAW(reply)[0] : 0;
  }
  UNPROTECT(1);
  return bytes;
}

SEXP rc_open_results(SEXP packed) {
  const char *names[] = {"slot",    "first",  "count", "seconds",
                         "special", "values", "events", "news", ""};
  R_xlen_t n = XLENGTH(packed);
  SEXP columns = PROTECT(mkNamed(VECSXP, names));
  const SEXPTYPE types[] = {INTSXP, REALSXP, INTSXP, REALSXP,
                            LGLSXP, VECSXP,  VECSXP, VECSXP};
  for (int k = 0; k < 8; k++)
    SET_VECTOR_ELT(columns, k, allocVector(types[k], n));
  for (R_xlen_t i = 0; i < n; i++) {
    SEXP one = PROTECT(unpack(VECTOR_ELT(packed, i)));
    SEXP events = VECTOR_ELT(one, EVENTS);
    INTEGER(VECTOR_ELT(columns, 0))[i] = asInteger(VECTOR_ELT(one, SLOT));
    REAL(VECTOR_ELT(columns, 1))[i] = asReal(VECTOR_ELT(one, FIRST));
    INTEGER(VECTOR_ELT(columns, 2))[i] = length(VECTOR_ELT(one, VALUES));
    REAL(VECTOR_ELT(columns, 3))[i] = asReal(VECTOR_ELT(one, SECONDS));
    LOGICAL(VECTOR_ELT(columns, 4))[i] = events != R_NilValue;
    SET_VECTOR_ELT(VECTOR_ELT(columns, 5), i, VECTOR_ELT(one, VALUES));
    SET_VECTOR_ELT(VECTOR_ELT(columns, 6), i, events);
    SET_VECTOR_ELT(VECTOR_ELT(columns, 7), i, VECTOR_ELT(one, NEWS));
    UNPROTECT(1);
  }
  UNPROTECT(1);
  return columns;
}
