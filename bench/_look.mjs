import sharp from 'sharp'
import fs from 'node:fs'
import { configureSharp, createImageDecoder } from '../dist/intake/decode-image.js'
import { createInferencePool } from '../dist/runtime/inference-pool.js'
import { BUILT_MODELS_FOLDER } from '../dist/runtime/model-manifest.js'
import { openModelStore } from '../dist/runtime/model-store.js'
import { createModelChoice } from '../dist/runtime/model-choice.js'
import { createDrawHeatMap, openEstimator } from '../dist/services/heat-map.js'
const I='/tmp/team/shared/images/'
const ls=(d,n,o=0)=>fs.readdirSync(I+d+'/images').filter(f=>/\.(jpe?g|png|webp)$/.test(f)).slice(o,o+n).map(f=>[f,fs.readFileSync(I+d+'/images/'+f)])
const coco=ls('det_coco_val2017',5), osie=ls('sal_osie',3,10), sc=ls('sal_scene500',2), misc=ls('ocr_misc',2), rec=ls('ocr_receipts',1), gro=ls('cls_grocery',1,28), icd=ls('ocr_icdar2015',1)
const pano=await sharp(coco[0][1]).resize(2400,500,{fit:'cover'}).jpeg().toBuffer()
const icon=await sharp(Buffer.from('<svg width="100" height="100"><rect width="100" height="100" fill="#fff"/><circle cx="50" cy="50" r="40" fill="#2266cc"/><path d="M30 55 l15 15 l28 -35" stroke="#fff" stroke-width="9" fill="none"/></svg>')).png().toBuffer()
const logo=['google.png',fs.readFileSync(I+'palette/images/google.png')]
const big=await sharp(osie[1][1]).resize(7300,5475).jpeg({quality:80}).toBuffer()
const set=[...coco.slice(0,4),...osie,...sc,...misc,...rec,...gro,...icd,logo,['pano',pano],['icon',icon],['rails',fs.readFileSync(I+'palette/images/rails_600x406.gif')],['big40mp',big]]
configureSharp(); sharp.block({operation:[]})
const decoder=createImageDecoder({maxPixels:50e6,timeoutMs:300000}); const pool=createInferencePool({threads:1,idleTimeoutMs:60000,runTimeoutMs:300000})
const store=await openModelStore(BUILT_MODELS_FOLDER)
const draw=createDrawHeatMap({decoder,models:createModelChoice({store,task:'saliency',open:m=>openEstimator(pool,store,m)}),quality:'default',reportStandIn:c=>console.log('STANDIN',c)})
const {signal}=new AbortController()
const T={}; const work={signal,stage:async(n,f)=>{const c=process.cpuUsage();const r=await f();const d=process.cpuUsage(c);T[n]=(T[n]??0)+(d.user+d.system)/1000;return r}}
const tiles=[]
for(const [name,b] of set){
  for (const style of ['overlay','map']){ for(const k in T) delete T[k]
  const {heatmap}=await draw(b,{style},work)
  const m=Buffer.from(heatmap,'base64'); const md=await sharp(m).metadata()
  console.log(name,style,md.width,md.height,m.length,Object.entries(T).map(([k,v])=>k+' '+v.toFixed(1)).join(' '),'rss',Math.round(process.memoryUsage().rss/1e6))
  tiles.push(await sharp(m,{limitInputPixels:false}).resize(300,225,{fit:'contain',background:'#336633'}).png().toBuffer()) }
}
for(let p=0;p<tiles.length;p+=20){const t=tiles.slice(p,p+20); await sharp({create:{width:1200,height:5*225,channels:3,background:'#fff'}}).composite(t.map((input,i)=>({input,left:(i%4)*300,top:Math.floor(i/4)*225}))).png().toFile(`/tmp/team/cache/look${p/20}.png`)}
await Promise.all([decoder.close(),pool.close()])
