/** `42.73° N 13.22° E` */
export function placeText(
  { latitude, longitude }: { readonly latitude: number; readonly longitude: number },
  digits = 2,
): string {
  const north = `${Math.abs(latitude).toFixed(digits)}° ${latitude < 0 ? 'S' : 'N'}`
  return `${north} ${Math.abs(longitude).toFixed(digits)}° ${longitude < 0 ? 'W' : 'E'}`
}
