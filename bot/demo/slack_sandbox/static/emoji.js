// Emoji by Slack's short names: those that work chat and cards are made of. Others stay as typed.

import { h } from "./dom.js";

const NAMES = `
grinning 😀 smiley 😃 smile 😄 grin 😁 laughing 😆 satisfied 😆 sweat_smile 😅 rolling_on_the_floor_laughing 🤣 joy 😂
slightly_smiling_face 🙂 upside_down_face 🙃 wink 😉 blush 😊 innocent 😇 heart_eyes 😍 star-struck 🤩 kissing_heart 😘
yum 😋 stuck_out_tongue 😛 stuck_out_tongue_winking_eye 😜 hugging_face 🤗 thinking_face 🤔 zipper_mouth_face 🤐
neutral_face 😐 expressionless 😑 no_mouth 😶 smirk 😏 unamused 😒 face_with_rolling_eyes 🙄 grimacing 😬 relieved 😌
pensive 😔 sleepy 😪 sleeping 😴 mask 😷 dizzy_face 😵 exploding_head 🤯 sunglasses 😎 nerd_face 🤓 confused 😕
worried 😟 slightly_frowning_face 🙁 open_mouth 😮 astonished 😲 flushed 😳 fearful 😨 cold_sweat 😰 cry 😢 sob 😭
scream 😱 sweat 😓 weary 😩 tired_face 😫 triumph 😤 rage 😡 angry 😠 skull 💀 hankey 💩 clown_face 🤡 ghost 👻
alien 👽 robot_face 🤖 see_no_evil 🙈 hear_no_evil 🙉 speak_no_evil 🙊 melting_face 🫠 saluting_face 🫡
wave 👋 raised_hand ✋ hand ✋ ok_hand 👌 v ✌️ crossed_fingers 🤞 point_left 👈 point_right 👉 point_up_2 👆 point_down 👇
point_up ☝️ +1 👍 thumbsup 👍 -1 👎 thumbsdown 👎 fist ✊ facepunch 👊 clap 👏 raised_hands 🙌 handshake 🤝 pray 🙏
muscle 💪 eyes 👀 eye 👁️ brain 🧠 bust_in_silhouette 👤 busts_in_silhouette 👥 technologist 🧑‍💻 scientist 🧑‍🔬
detective 🕵️ guardsman 💂 police_officer 👮 firefighter 🧑‍🚒 runner 🏃 shrug 🤷 face_palm 🤦 man-shrugging 🤷‍♂️ woman-shrugging 🤷‍♀️
heart ❤️ orange_heart 🧡 yellow_heart 💛 green_heart 💚 blue_heart 💙 purple_heart 💜 broken_heart 💔 sparkling_heart 💖
100 💯 anger 💢 boom 💥 dizzy 💫 sweat_drops 💦 dash 💨 hole 🕳️ speech_balloon 💬 thought_balloon 💭 zzz 💤
dog 🐶 cat 🐱 mouse 🐭 fox_face 🦊 bear 🐻 panda_face 🐼 penguin 🐧 bird 🐦 turtle 🐢 snake 🐍 whale 🐳 bug 🐛 ant 🐜 bee 🐝
beetle 🪲 crab 🦀 octopus 🐙 unicorn_face 🦄 elephant 🐘 seedling 🌱 evergreen_tree 🌲 cactus 🌵 four_leaf_clover 🍀
sunny ☀️ cloud ☁️ rain_cloud 🌧️ snowflake ❄️ zap ⚡ fire 🔥 droplet 💧 ocean 🌊 rainbow 🌈 star ⭐ star2 🌟 sparkles ✨
crescent_moon 🌙 earth_africa 🌍 earth_americas 🌎 earth_asia 🌏 globe_with_meridians 🌐 tornado 🌪️ volcano 🌋
coffee ☕ tea 🍵 beer 🍺 pizza 🍕 cake 🍰 birthday 🎂 doughnut 🍩 cookie 🍪 popcorn 🍿 apple 🍎 lemon 🍋
tada 🎉 confetti_ball 🎊 balloon 🎈 gift 🎁 trophy 🏆 medal 🏅 first_place_medal 🥇 dart 🎯 game_die 🎲 jigsaw 🧩 art 🎨
rocket 🚀 airplane ✈️ car 🚗 ambulance 🚑 fire_engine 🚒 police_car 🚓 bus 🚌 train 🚋 bike 🚲 ship 🚢 anchor ⚓
construction 🚧 rotating_light 🚨 palm_tree 🌴 traffic_light 🚦 vertical_traffic_light 🚦 octagonal_sign 🛑 fuelpump ⛽ satellite 🛰️
house 🏠 office 🏢 factory 🏭 hospital 🏥 bank 🏦 hotel 🏨 school 🏫 tent ⛺ bridge_at_night 🌉
watch ⌚ iphone 📱 computer 💻 desktop_computer 🖥️ keyboard ⌨️ printer 🖨️ floppy_disk 💾 cd 💿 dvd 📀 camera 📷
telephone_receiver 📞 phone ☎️ pager 📟 tv 📺 battery 🔋 electric_plug 🔌 bulb 💡 flashlight 🔦 candle 🕯️
moneybag 💰 credit_card 💳 receipt 🧾 chart 💹 gem 💎 scales ⚖️ wrench 🔧 hammer 🔨 hammer_and_wrench 🛠️ pick ⛏️ nut_and_bolt 🔩
gear ⚙️ toolbox 🧰 magnet 🧲 link 🔗 chains ⛓️ test_tube 🧪 petri_dish 🧫 dna 🧬 microscope 🔬 telescope 🔭 satellite_antenna 📡
syringe 💉 pill 💊 adhesive_bandage 🩹 broom 🧹 fire_extinguisher 🧯 shopping_cart 🛒 ladder 🪜 bucket 🪣
email 📧 envelope ✉️ incoming_envelope 📨 inbox_tray 📥 outbox_tray 📤 package 📦 mailbox 📫 postbox 📮 ballot_box_with_ballot 🗳️
pencil2 ✏️ pencil 📝 memo 📝 fountain_pen 🖋️ briefcase 💼 file_folder 📁 open_file_folder 📂 card_index_dividers 🗂️
date 📅 calendar 📆 spiral_calendar_pad 🗓️ card_index 📇 chart_with_upwards_trend 📈 chart_with_downwards_trend 📉 bar_chart 📊
clipboard 📋 pushpin 📌 round_pushpin 📍 paperclip 📎 straight_ruler 📏 scissors ✂️ card_file_box 🗃️ file_cabinet 🗄️
wastebasket 🗑️ lock 🔒 unlock 🔓 lock_with_ink_pen 🔏 closed_lock_with_key 🔐 key 🔑 old_key 🗝️ shield 🛡️ label 🏷️ bookmark 🔖
books 📚 book 📖 open_book 📖 notebook 📓 ledger 📒 page_facing_up 📄 page_with_curl 📃 scroll 📜 newspaper 📰 ticket 🎫
admission_tickets 🎟️ mag 🔍 mag_right 🔎 bell 🔔 no_bell 🔕 mega 📣 loudspeaker 📢 speaker 🔈 mute 🔇 microphone 🎤
alarm_clock ⏰ stopwatch ⏱️ timer_clock ⏲️ mantelpiece_clock 🕰️ hourglass ⌛ hourglass_flowing_sand ⏳
clock1 🕐 clock2 🕑 clock3 🕒 clock4 🕓 clock5 🕔 clock6 🕕 clock9 🕘 clock12 🕛
white_check_mark ✅ heavy_check_mark ✔️ ballot_box_with_check ☑️ x ❌ negative_squared_cross_mark ❎ heavy_multiplication_x ✖️
o ⭕ no_entry ⛔ no_entry_sign 🚫 warning ⚠️ exclamation ❗ heavy_exclamation_mark ❗ grey_exclamation ❕ question ❓ grey_question ❔
bangbang ‼️ interrobang ⁉️ information_source ℹ️ radioactive_sign ☢️ biohazard_sign ☣️ recycle ♻️ infinity ♾️ sos 🆘
new 🆕 free 🆓 up 🆙 cool 🆒 ok 🆗 ng 🆖 vs 🆚 id 🆔 underage 🔞
heavy_plus_sign ➕ heavy_minus_sign ➖ heavy_division_sign ➗ heavy_dollar_sign 💲 hash #️⃣ asterisk *️⃣
zero 0️⃣ one 1️⃣ two 2️⃣ three 3️⃣ four 4️⃣ five 5️⃣ six 6️⃣ seven 7️⃣ eight 8️⃣ nine 9️⃣ keycap_ten 🔟
arrow_up ⬆️ arrow_down ⬇️ arrow_left ⬅️ arrow_right ➡️ arrow_upper_right ↗️ arrow_lower_right ↘️ arrow_lower_left ↙️
arrow_upper_left ↖️ left_right_arrow ↔️ arrow_up_down ↕️ leftwards_arrow_with_hook ↩️ arrow_right_hook ↪️
arrow_heading_up ⤴️ arrow_heading_down ⤵️ arrows_counterclockwise 🔄 arrows_clockwise 🔃 back 🔙 end 🔚 on 🔛 soon 🔜 top 🔝
repeat 🔁 repeat_one 🔂 twisted_rightwards_arrows 🔀 arrow_forward ▶️ fast_forward ⏩ rewind ⏪ black_square_for_stop ⏹️
double_vertical_bar ⏸️ black_circle_for_record ⏺️ eject ⏏️ arrow_up_small 🔼 arrow_down_small 🔽
red_circle 🔴 large_orange_circle 🟠 large_yellow_circle 🟡 large_green_circle 🟢 large_blue_circle 🔵 large_purple_circle 🟣
large_brown_circle 🟤 black_circle ⚫ white_circle ⚪ large_red_square 🟥 large_orange_square 🟧 large_yellow_square 🟨
large_green_square 🟩 large_blue_square 🟦 large_purple_square 🟪 white_large_square ⬜ black_large_square ⬛
white_medium_square ◻️ black_medium_square ◼️ large_orange_diamond 🔶 large_blue_diamond 🔷 small_orange_diamond 🔸
small_blue_diamond 🔹 small_red_triangle 🔺 small_red_triangle_down 🔻 diamond_shape_with_a_dot_inside 💠 radio_button 🔘
white_square_button 🔳 black_square_button 🔲 checkered_flag 🏁 triangular_flag_on_post 🚩 waving_white_flag 🏳️
waving_black_flag 🏴 rainbow-flag 🏳️‍🌈 crossed_swords ⚔️ atom_symbol ⚛️ trident 🔱 copyright ©️ registered ®️ tm ™️
`;

const EMOJI = new Map(
  NAMES.trim()
    .split(/\s+/)
    .flatMap((word, at, words) => (at % 2 ? [] : [[word, words[at + 1]]])),
);

/** The emoji itself, or undefined. */
export function unicodeOf(name) {
  return EMOJI.get(name);
}

/** The emoji as an element that says its name, or null if the name isn't known. */
export function emojiNode(name) {
  const glyph = EMOJI.get(name);
  if (!glyph) return null;
  return h(
    "span",
    {
      className: "emoji",
      role: "img",
      "aria-label": `${name.replaceAll("_", " ")} emoji`,
      title: `:${name}:`,
    },
    glyph,
  );
}
