const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Some callers' databases give UUIDs back in capital letters: the same ids (RFC 9562). Others are as they are. */
export const idAsKept = (id: string): string => (UUID.test(id) ? id.toLowerCase() : id);
