export function compileKernels(): Promise<Uint8Array>
export function compileWeigh(): Promise<string>
