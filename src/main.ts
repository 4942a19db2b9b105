#!/usr/bin/env node
import { endWithReader } from './cli/broken-pipe.ts'
import { runCommandLine } from './cli/program.ts'

endWithReader(process.argv[2])
process.exitCode = await runCommandLine(process.argv)
