export const contract = 'contract'
