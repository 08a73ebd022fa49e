/* fiber/switch for x86-64: see switch.h. */
#ifdef __x86_64__

#include <stdint.h>
#include <string.h>

#include "switch.h"

/* What a stack that was left holds, from its pointer up. */
struct left {
	uint32_t mxcsr;
	uint16_t x87, pad;
	uint64_t r15, r14, r13, r12, rbx, rbp;
	uint64_t rip;
};

__asm__(".text\n"
	".globl switch_swap\n"
	".hidden switch_swap\n"
	".type switch_swap, @function\n"
	"switch_swap:\n"
	"	.cfi_startproc\n"
	"	endbr64\n"
	"	pushq %rbp\n"
	"	.cfi_adjust_cfa_offset 8\n"
	"	.cfi_rel_offset rbp, 0\n"
	"	pushq %rbx\n"
	"	.cfi_adjust_cfa_offset 8\n"
	"	.cfi_rel_offset rbx, 0\n"
	"	pushq %r12\n"
	"	.cfi_adjust_cfa_offset 8\n"
	"	.cfi_rel_offset r12, 0\n"
	"	pushq %r13\n"
	"	.cfi_adjust_cfa_offset 8\n"
	"	.cfi_rel_offset r13, 0\n"
	"	pushq %r14\n"
	"	.cfi_adjust_cfa_offset 8\n"
	"	.cfi_rel_offset r14, 0\n"
	"	pushq %r15\n"
	"	.cfi_adjust_cfa_offset 8\n"
	"	.cfi_rel_offset r15, 0\n"
	"	subq $8, %rsp\n"
	"	.cfi_adjust_cfa_offset 8\n"
	"	stmxcsr (%rsp)\n"
	"	fnstcw 4(%rsp)\n"
	"	movq %rsp, (%rdi)\n"
	"	movq (%rsi), %rsp\n"
	"	ldmxcsr (%rsp)\n"
	"	fldcw 4(%rsp)\n"
	"	addq $8, %rsp\n"
	"	.cfi_adjust_cfa_offset -8\n"
	"	popq %r15\n"
	"	.cfi_adjust_cfa_offset -8\n"
	"	popq %r14\n"
	"	.cfi_adjust_cfa_offset -8\n"
	"	popq %r13\n"
	"	.cfi_adjust_cfa_offset -8\n"
	"	popq %r12\n"
	"	.cfi_adjust_cfa_offset -8\n"
	"	popq %rbx\n"
	"	.cfi_adjust_cfa_offset -8\n"
	"	popq %rbp\n"
	"	.cfi_adjust_cfa_offset -8\n"
	"	ret\n"
	"	.cfi_endproc\n"
	".size switch_swap, .-switch_swap\n");

/* Above what is left stands a return address of 0, where a backtrace ends; at enter() the stack is
 * as a call leaves it. */
void switch_prepare(struct switch_context *c, void *low, size_t bytes, void (*enter)(void))
{
	uintptr_t top = ((uintptr_t)low + bytes) & ~(uintptr_t)15;
	struct left *l = (struct left *)(top - 8 - sizeof *l);

	memset(l, 0, sizeof *l + 8);
	__asm__("stmxcsr %0\n\tfnstcw %1" : "=m"(l->mxcsr), "=m"(l->x87));
	l->rip = (uintptr_t)enter;
	c->sp = l;
}

#endif
