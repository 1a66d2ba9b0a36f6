// A 3 x 3 convolution with 16 channels in and 32 out.
import { uniform } from "./inputs.mjs";

const [batch, channels, size, filters] = [32, 16, 28, 32];

export const rows = [
  {
    name: "conv 3x3",
    family: "Contractions",
    unit: "ms",
    flops: 2 * batch * filters * size * size * channels * 9,
    inputs: () => ({ x: uniform(1, [batch, channels, size, size]), w: uniform(2, [filters, channels, 3, 3]) }),
    expect: ({ x, w }) => ({
      size: batch * filters * size * size,
      at: (place) => {
        const [column, row] = [place % size, Math.floor(place / size) % size];
        const [filter, image] = [Math.floor(place / size ** 2) % filters, Math.floor(place / size ** 2 / filters)];
        let sum = 0;
        for (let c = 0; c < channels; c++) {
          for (let i = 0; i < 3; i++) {
            for (let j = 0; j < 3; j++) {
              const [r, s] = [row + i - 1, column + j - 1];
              if (r < 0 || r >= size || s < 0 || s >= size) continue;
              const pixel = x.data[((image * channels + c) * size + r) * size + s];
              sum += pixel * w.data[((filter * channels + c) * 3 + i) * 3 + j];
            }
          }
        }
        return sum;
      },
    }),
    needs: ["lax.conv"],
    adjoint: ({ lax, jit }, { x, w }) => {
      const f = jit((x, w) => lax.conv(x, w, [1, 1], "SAME"));
      return () => f(x, w);
    },
    jaxjs: ({ lax, jit }, { x, w }) => {
      const f = jit((x, w) => lax.conv(x, w, [1, 1], "SAME"));
      return () => f(x.ref, w.ref);
    },
    // It wants channels last: moved there before the clock starts, and back for the check.
    tfjs: (tf, { x, w }) => {
      const [image, kernel] = [tf.transpose(x, [0, 2, 3, 1]), tf.transpose(w, [2, 3, 1, 0])];
      const call = () => tf.conv2d(image, kernel, 1, "same");
      return Object.assign(call, { view: (y) => tf.transpose(y, [0, 3, 1, 2]) });
    },
    jax: 'f = jax.jit(lambda x, w: jax.lax.conv(x, w, (1, 1), "SAME"))\nreturn lambda: f(x, w)',
  },
];
