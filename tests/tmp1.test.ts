import { test, expect } from "vitest";
import { numpy as jnp, jit, grad, lax, makeJaxpr, vmap, config, linearTranspose, ShapeDtypeStruct } from "adjoint";
function dft(re:number[],im:number[],sign:number){const n=re.length;const R=[],I=[];for(let k=0;k<n;k++){let a=0,b=0;for(let j=0;j<n;j++){const t=sign*2*Math.PI*((j*k)%n)/n;a+=re[j]!*Math.cos(t)-im[j]!*Math.sin(t);b+=re[j]!*Math.sin(t)+im[j]!*Math.cos(t);}R.push(a);I.push(b);}return [R,I];}
test("fft", () => {
  config.update("enableX64", true);
  let worst=0;
  for (const n of [...Array(41).keys()].slice(1).concat([97,100,128,1009,62,37*4,961,2*37])) {
    const re=Array.from({length:n},(_,i)=>Math.sin(i*i+1)), im=Array.from({length:n},(_,i)=>Math.cos(3*i*i));
    const x=jnp.array(re.map((r,i)=>({re:r,im:im[i]!})));
    const cmp=(y:any,[R,I]:any,s=1,what="")=>{const t=y.tolist() as any[]; t.forEach((v,i)=>{const e=Math.max(Math.abs((v.re??v)-R[i]*s), v.re===undefined?0:Math.abs(v.im-I[i]*s)); if(e>1e-10)console.log(what,n,i,e); worst=Math.max(worst,e);});};
    cmp(jnp.fft.fft(x), dft(re,im,-1),1,"fft");
    cmp(jnp.fft.ifft(x), dft(re,im,1),1/n,"ifft");
    cmp(jnp.fft.rfft(jnp.array(re)), dft(re,im.map(()=>0),-1),1,"rfft");
    cmp(jnp.fft.irfft(jnp.fft.rfft(jnp.array(re)),n), [re],1,"irfft");
  }
  console.log("worst",worst);
  const a=jnp.sin(jnp.arange(60)).reshape(3,4,5);
  const back=jnp.fft.ifftn(jnp.fft.fftn(a)); console.log(String(jnp.abs(back.sub(a)).max()));
  console.log(String(jnp.abs(jnp.fft.irfftn(jnp.fft.rfftn(a),[3,4,5]).sub(a)).max()));
  console.log(String(jnp.abs(jnp.fft.fftn(a).sub(jnp.fft.fft(jnp.fft.fft(jnp.fft.fft(a,{axis:0}),{axis:1}),{axis:2}))).max()));
  console.log(String(jnp.abs(vmap((x:any)=>jnp.fft.fft2(x),2)(a).sub(jnp.fft.fft2(a.transpose(2,0,1)))).max()));
  console.log(String(makeJaxpr((x:any)=>jnp.fft.rfft(x))(a)), String(makeJaxpr((x:any)=>jnp.fft.fft(x,{n:7,axis:0,norm:"ortho"}))(a)));
  config.update("enableX64", false);
  const x=jnp.sin(jnp.arange(65536)); const f=jit((x:any)=>jnp.fft.rfft(x));
  for(let i=0;i<30;i++)f(x).blockUntilReady();
  const t=performance.now(); for(let i=0;i<50;i++)f(x); console.log("rfft ms",(performance.now()-t)/50);
});
