/*
 * clause.h
 *		What the files that classify clauses share: clause.c (the tree of a
 *		clause), clause_operand.c (sides and operators), clause_key.c,
 *		clause_time.c and clause_cell.c (conditions on one of these), and
 *		clause_parts.c (conditions on the parts of the key together).
 */
#ifndef HTABLE_CLAUSE_H
#define HTABLE_CLAUSE_H

#include "plan.h"

#include "nodes/makefuncs.h"

/* The side of a comparison that is a column of ours. */
typedef struct HtableOperand
{
	HtableColumn *column;		/* NULL: it is none */
	Oid			type;			/* after a cast that keeps value and order */
} HtableOperand;

/* ---- clause.c ---- */

extern HtableClause htable_clause_local(const char *reason);
extern HtableClause htable_clause_pushed(HtableClauseState state, HtableTarget target,
										 List *cond);

/* NULL when conditions on the column may be pushed, else why not. */
extern const char *htable_clause_column_refusal(HtableClauseContext *cx,
												const HtableColumn *column);

/* The reason of what is no condition of the kind that is looked for. */
extern const char htable_clause_not_ours[];

/* One clause by itself; conditions on the key as if its parts before had one value. */
extern HtableClause htable_clause_classify(HtableClauseContext *cx, RestrictInfo *rinfo);

/* A condition: its tag before the rest. */
static inline List *
htable_clause_cond(HtableCondTag tag, List *rest)
{
	return lcons(makeInteger(tag), rest);
}

/* ---- clause_operand.c ---- */

extern HtableOperand htable_operand_match(HtableClauseContext *cx, Node *node);
extern Node *htable_operand_place(HtableClauseContext *cx, Expr *expr);
extern bool htable_operand_compare(Oid opno, Oid operand_type, bool *by_bytes,
								   HtableCompare *compare);
extern bool htable_operand_inequality(Oid opno, Oid operand_type, Oid *equality);
extern int	htable_operand_array_length(Node *array);
extern bool htable_operand_pattern_is_exact(Node *pattern);

/* NULL when bytes can decide, else why not. */
extern const char *htable_operand_right_refusal(HtableClauseContext *cx, Node *expr);
extern const char *htable_operand_collation_refusal(Oid operand_type, Oid collation,
													HtableCompare compare, bool by_bytes);
extern const char *htable_operand_refusal(HtableOperand operand, Oid opno, Oid collation,
										  HtableCompare compare, bool by_bytes);

/* ---- clause_key.c ---- */

extern HtableClause htable_clause_key_compare(HtableClauseContext *cx, HtableOperand operand,
											  Oid opno, Oid collation, Node *right,
											  bool is_array);
extern HtableClause htable_clause_key_prefix(HtableClauseContext *cx,
											 const HtableColumn *column,
											 HtableClauseState state, Node *right,
											 bool is_like);
extern HtableClause htable_clause_key_null(HtableClauseContext *cx, const HtableColumn *column,
										   bool is_null);
extern HtableClause htable_clause_key_row(HtableClauseContext *cx, RowCompareExpr *expr);

/* AND or OR of conditions on the key; those on one part make one condition on it. */
extern List *htable_clause_key_join(HtableCondTag tag, List *conds);

/* ---- clause_time.c ---- */

extern HtableClause htable_clause_time_compare(HtableClauseContext *cx, HtableOperand operand,
											   Oid opno, Oid collation, Node *right,
											   bool is_array);

/* ---- clause_cell.c ---- */

extern HtableClause htable_clause_cell(HtableClauseContext *cx, const HtableColumn *column,
									   HtableCondTag tag, HtableCompare compare, Node *right);
extern HtableClause htable_clause_cell_compare(HtableClauseContext *cx, HtableOperand operand,
											   Oid opno, Oid collation, Node *right,
											   bool is_array, bool any);
extern HtableClause htable_clause_cell_prefix(HtableClauseContext *cx,
											  const HtableColumn *column,
											  HtableClauseState state, Node *right,
											  bool is_like);
extern HtableClause htable_clause_cell_null(const HtableColumn *column, bool is_null);

#endif							/* HTABLE_CLAUSE_H */
