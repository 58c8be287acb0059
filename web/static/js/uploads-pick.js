// Files out of a drop: folders are walked through, hidden files of the system left out.
const HIDDEN = /^(\.|~\$|desktop\.ini$|thumbs\.db$)/i;

export const isList = (file) => /\.csv$/i.test(file.name);
export const wanted = (file) => !HIDDEN.test(file.name);

/** All files of a DataTransfer. The entries must be taken before the first await: afterwards they are gone. */
export async function dropped(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return [...transfer.files].filter(wanted);
  const found = [];
  for (const entry of entries) await walk(entry, found);
  return found.filter(wanted);
}

async function walk(entry, found) {
  if (entry.isFile) {
    const file = await new Promise((resolve) => entry.file(resolve, () => resolve(null)));
    if (file) found.push(file);
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    const some = await new Promise((resolve) => reader.readEntries(resolve, () => resolve([]))); // at most 100 a time
    if (!some.length) return;
    for (const child of some) await walk(child, found);
  }
}
