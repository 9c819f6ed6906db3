// Reads the GLB files that this program writes: a mesh and a material of one colour for every label.

const ARRAYS = { 5126: Float32Array, 5125: Uint32Array, 5123: Uint16Array };
const SIZES = { SCALAR: 1, VEC3: 3 };

// → [{ name, color: [r, g, b, opacity], positions, normals, indices }]; colours in sRGB, 0 to 1.
export function parseGlb(buffer) {
  const view = new DataView(buffer);
  if (view.getUint32(0, true) !== 0x46546c67) throw new Error('not a GLB file');
  const length = view.getUint32(12, true), start = 20 + length + 8;
  const document_ = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 20, length)));
  const array = (number) => {
    const { bufferView, componentType, count, type } = document_.accessors[number];
    return new ARRAYS[componentType](buffer, start + (document_.bufferViews[bufferView].byteOffset || 0), count * SIZES[type]);
  };
  const toScreen = (v) => (v <= .0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - .055);
  return document_.meshes.map(({ name, primitives: [{ attributes, indices, material }] }) => {
    const [r, g, b, opacity] = document_.materials[material].pbrMetallicRoughness.baseColorFactor;
    return {
      name, color: [toScreen(r), toScreen(g), toScreen(b), opacity],
      positions: array(attributes.POSITION), normals: array(attributes.NORMAL), indices: array(indices),
    };
  });
}
