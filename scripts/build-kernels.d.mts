export function compileKernels(): Promise<Uint8Array>
export function compileSignal(name: 'weigh' | 'preprocess'): Promise<string>
