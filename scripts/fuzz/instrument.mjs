/** Coverage for fuzzing: counts in a source text how often each branch is taken. */
import ts from 'typescript'

/**
 * @param code JavaScript, one module
 * @returns the same module with `globalThis.__branches[n]++` in every branch (functions, if, else, loops, cases, `?:`, `&&`, `||`,
 *   `??`), and the number of branches
 */
export function instrument(code) {
  let branches = 0
  const { factory } = ts
  const counter = () =>
    factory.createPostfixUnaryExpression(
      factory.createElementAccessExpression(factory.createIdentifier('__branches'), branches++),
      ts.SyntaxKind.PlusPlusToken,
    )
  const counted = (statement) => {
    const count = factory.createExpressionStatement(counter())
    return ts.isBlock(statement)
      ? factory.updateBlock(statement, [count, ...statement.statements])
      : factory.createBlock([count, statement])
  }
  const countedValue = (expression) =>
    factory.createParenthesizedExpression(factory.createCommaListExpression([counter(), expression]))

  const transformer = (context) => {
    const visit = (original) => {
      const node = ts.visitEachChild(original, visit, context)
      if (ts.isIfStatement(node)) {
        const otherwise = node.elseStatement ?? factory.createBlock([])
        return factory.updateIfStatement(node, node.expression, counted(node.thenStatement), counted(otherwise))
      }
      if (ts.isForStatement(node))
        return factory.updateForStatement(node, node.initializer, node.condition, node.incrementor, counted(node.statement))
      if (ts.isForOfStatement(node))
        return factory.updateForOfStatement(node, node.awaitModifier, node.initializer, node.expression, counted(node.statement))
      if (ts.isWhileStatement(node)) return factory.updateWhileStatement(node, node.expression, counted(node.statement))
      if (ts.isCaseClause(node))
        return factory.updateCaseClause(node, node.expression, [factory.createExpressionStatement(counter()), ...node.statements])
      if (ts.isDefaultClause(node))
        return factory.updateDefaultClause(node, [factory.createExpressionStatement(counter()), ...node.statements])
      if (ts.isConditionalExpression(node))
        return factory.updateConditionalExpression(
          node,
          node.condition,
          node.questionToken,
          countedValue(node.whenTrue),
          node.colonToken,
          countedValue(node.whenFalse),
        )
      if (ts.isBinaryExpression(node) && isShortCircuit(node.operatorToken.kind))
        return factory.updateBinaryExpression(node, node.left, node.operatorToken, countedValue(node.right))
      if (ts.isBlock(node) && ts.isFunctionLike(original.parent)) return counted(node)
      return node
    }
    return (source) => ts.visitEachChild(source, visit, context)
  }

  const source = ts.createSourceFile('module.js', code, ts.ScriptTarget.ES2022, true, ts.ScriptKind.JS)
  const { transformed } = ts.transform(source, [transformer])
  const text = ts.createPrinter().printFile(transformed[0])
  return { code: `const __branches = globalThis.__branches\n${text}`, branches }
}

function isShortCircuit(kind) {
  const { AmpersandAmpersandToken, BarBarToken, QuestionQuestionToken } = ts.SyntaxKind
  return kind === AmpersandAmpersandToken || kind === BarBarToken || kind === QuestionQuestionToken
}
