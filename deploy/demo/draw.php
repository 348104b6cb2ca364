<?php
// php draw.php: draws the demo's three pictures into images/. They are committed; this is how to make them again.
// Everything is drawn at twice the size and scaled down, which smooths the edges.

function canvas( int $width, int $height ) {
	$image = imagecreatetruecolor( 2 * $width, 2 * $height );
	imagealphablending( $image, true );
	return $image;
}

function tint( $image, array $rgb, float $opacity = 1.0 ) {
	return imagecolorallocatealpha( $image, $rgb[0], $rgb[1], $rgb[2], (int) round( 127 * ( 1 - $opacity ) ) );
}

function mix( array $from, array $to, float $share ): array {
	return array_map( fn( $a, $b ) => (int) round( $a + ( $b - $a ) * $share ), $from, $to );
}

/** A vertical gradient through any number of colours. */
function gradient( $image, int $top, int $bottom, array $stops ): void {
	for ( $y = $top; $y < $bottom; $y++ ) {
		$place = ( $y - $top ) / max( 1, $bottom - $top ) * ( count( $stops ) - 1 );
		$stop  = min( (int) $place, count( $stops ) - 2 );
		imageline( $image, 0, $y, imagesx( $image ), $y, tint( $image, mix( $stops[ $stop ], $stops[ $stop + 1 ], $place - $stop ) ) );
	}
}

function glow( $image, int $x, int $y, int $radius, array $rgb, float $strength ): void {
	for ( $ring = 60; $ring > 0; $ring-- ) {
		$size = (int) ( 2 * $radius * $ring / 60 );
		imagefilledellipse( $image, $x, $y, $size, $size, tint( $image, $rgb, $strength / 60 * 2 ) );
	}
}

/** Everything below the curve y(x). */
function below( $image, callable $curve, array $rgb, float $opacity = 1.0 ): void {
	$colour = tint( $image, $rgb, $opacity );
	for ( $x = 0; $x < imagesx( $image ); $x++ ) {
		imageline( $image, $x, (int) $curve( $x ), $x, imagesy( $image ), $colour );
	}
}

function finish( $image, int $width, int $height ) {
	$small = imagecreatetruecolor( $width, $height );
	imagecopyresampled( $small, $image, 0, 0, 0, 0, $width, $height, imagesx( $image ), imagesy( $image ) );
	return $small;
}

/** Dawn over a bay at low tide. */
function bay(): void {
	mt_srand( 7 );
	$image = canvas( 1600, 900 );
	gradient( $image, 0, 1000, array( array( 28, 52, 84 ), array( 92, 112, 140 ), array( 226, 160, 128 ), array( 250, 214, 164 ) ) );
	glow( $image, 2150, 880, 520, array( 255, 200, 150 ), 0.22 );
	imagefilledellipse( $image, 2150, 880, 210, 210, tint( $image, array( 255, 244, 216 ) ) );
	below( $image, fn( $x ) => 905 + 45 * sin( $x / 330 ) + 22 * sin( $x / 120 + 1 ) - 70 * exp( -( ( $x - 500 ) / 420 ) ** 2 ), array( 74, 92, 116 ) );
	below( $image, fn( $x ) => 960 + 24 * sin( $x / 210 + 2 ) - 110 * exp( -( ( $x - 2900 ) / 330 ) ** 2 ), array( 52, 72, 96 ) );
	gradient( $image, 1000, 1800, array( array( 206, 168, 146 ), array( 88, 122, 142 ), array( 34, 74, 98 ), array( 18, 48, 70 ) ) );
	for ( $row = 0; $row < 70; $row++ ) {
		$y      = 1008 + (int) ( 640 * ( $row / 70 ) ** 1.7 );
		$spread = 60 + $row * 9;
		$x      = 2150 + mt_rand( -$spread, $spread );
		$half   = 30 + $row * 3 + mt_rand( 0, 50 );
		imagefilledellipse( $image, $x, $y, 2 * $half, 5 + (int) ( $row / 6 ), tint( $image, array( 255, 226, 178 ), 0.55 - $row / 180 ) );
	}
	for ( $wave = 0; $wave < 5; $wave++ ) {
		$base = 1210 + $wave * 95;
		below( $image, fn( $x ) => $base + ( 8 + 4 * $wave ) * sin( $x / ( 150 + 60 * $wave ) + $wave * 1.9 ), array( 20, 62 - 4 * $wave, 88 - 6 * $wave ), 0.2 );
	}
	below( $image, fn( $x ) => 1640 + 70 * sin( $x / 900 + 0.6 ) + 10 * sin( $x / 140 ), array( 196, 172, 142 ) );
	below( $image, fn( $x ) => 1668 + 72 * sin( $x / 900 + 0.6 ) + 9 * sin( $x / 130 + 1 ), array( 168, 142, 114 ) );
	for ( $pool = 0; $pool < 9; $pool++ ) {
		$x = 160 + $pool * 360 + mt_rand( -60, 60 );
		$y = (int) ( 1735 + 52 * sin( $x / 900 + 0.6 ) );
		imagefilledellipse( $image, $x, $y, 170 + mt_rand( 0, 120 ), 20, tint( $image, array( 126, 148, 160 ), 0.8 ) );
	}
	imagejpeg( finish( $image, 1600, 900 ), __DIR__ . '/images/bay-at-dawn.jpg', 82 );
}

/** Sun, moon and the sea's two bulges in one line: a spring tide, not to scale. */
function alignment(): void {
	mt_srand( 11 );
	$image = canvas( 1000, 1000 );
	gradient( $image, 0, 2000, array( array( 12, 20, 38 ), array( 20, 36, 62 ), array( 14, 24, 44 ) ) );
	for ( $star = 0; $star < 240; $star++ ) {
		$size = mt_rand( 2, 6 );
		imagefilledellipse( $image, mt_rand( 0, 2000 ), mt_rand( 0, 2000 ), $size, $size, tint( $image, array( 230, 238, 250 ), mt_rand( 15, 80 ) / 100 ) );
	}
	glow( $image, -260, 1000, 760, array( 255, 200, 110 ), 0.8 );
	imagefilledellipse( $image, -260, 1000, 960, 960, tint( $image, array( 255, 224, 150 ) ) );
	for ( $dash = 240; $dash < 1960; $dash += 44 ) {
		imagefilledrectangle( $image, $dash, 998, $dash + 20, 1002, tint( $image, array( 200, 214, 232 ), 0.35 ) );
	}
	for ( $angle = 0; $angle < 360; $angle += 3 ) {
		imagefilledellipse( $image, (int) ( 1180 + 560 * cos( deg2rad( $angle ) ) ), (int) ( 1000 + 560 * sin( deg2rad( $angle ) ) ), 5, 5, tint( $image, array( 200, 214, 232 ), 0.3 ) );
	}
	glow( $image, 1180, 1000, 460, array( 80, 170, 220 ), 0.25 );
	imagefilledellipse( $image, 1180, 1000, 720, 480, tint( $image, array( 64, 150, 190 ), 0.85 ) );
	imagefilledellipse( $image, 1180, 1000, 420, 420, tint( $image, array( 38, 92, 92 ) ) );
	foreach ( array( array( 1110, 930, 150, 96 ), array( 1150, 1060, 110, 130 ), array( 1260, 960, 120, 150 ), array( 1290, 1090, 80, 50 ) ) as $land ) {
		imagefilledellipse( $image, $land[0], $land[1], $land[2], $land[3], tint( $image, array( 108, 152, 106 ) ) );
	}
	imagefilledellipse( $image, 1740, 1000, 150, 150, tint( $image, array( 214, 216, 220 ) ) );
	foreach ( array( array( 1715, 980, 34 ), array( 1762, 1022, 26 ), array( 1752, 966, 18 ) ) as $crater ) {
		imagefilledellipse( $image, $crater[0], $crater[1], $crater[2], $crater[2], tint( $image, array( 180, 184, 192 ) ) );
	}
	imagejpeg( finish( $image, 1000, 1000 ), __DIR__ . '/images/sun-moon-and-earth.jpg', 84 );
}

/** The height of the water over two days and two hours. */
function curve(): void {
	$image = canvas( 1200, 675 );
	gradient( $image, 0, 1350, array( array( 240, 246, 248 ), array( 240, 246, 248 ) ) );
	$level = fn( $x ) => 640 - 330 * sin( ( $x - 180 ) / 2400 * 4 * 2 * M_PI * 0.966 ) * ( 0.86 + 0.14 * sin( $x / 610 ) );
	for ( $line = 1; $line < 7; $line++ ) {
		imagefilledrectangle( $image, 0, 120 + 170 * $line, 2400, 121 + 170 * $line, tint( $image, array( 150, 176, 188 ), 0.45 ) );
	}
	for ( $night = 0; $night < 3; $night++ ) {
		imagefilledrectangle( $image, 1152 * $night - 220, 0, 1152 * $night + 300, 1350, tint( $image, array( 60, 90, 120 ), 0.09 ) );
	}
	below( $image, $level, array( 48, 134, 160 ), 0.55 );
	below( $image, fn( $x ) => $level( $x ) + 170, array( 24, 92, 122 ), 0.35 );
	below( $image, fn( $x ) => $level( $x ) + 380, array( 14, 62, 92 ), 0.35 );
	for ( $x = 0; $x < 2400; $x++ ) {
		imagefilledellipse( $image, $x, (int) $level( $x ), 9, 9, tint( $image, array( 14, 84, 108 ) ) );
	}
	for ( $x = 20; $x < 2380; $x++ ) {
		$turn = ( $level( $x ) - $level( $x - 1 ) ) * ( $level( $x + 1 ) - $level( $x ) );
		if ( $turn <= 0 ) {
			imagefilledellipse( $image, $x, (int) $level( $x ), 44, 44, tint( $image, array( 255, 255, 255 ) ) );
			imagefilledellipse( $image, $x, (int) $level( $x ), 28, 28, tint( $image, array( 224, 122, 78 ) ) );
		}
	}
	$small = finish( $image, 1200, 675 );
	imagetruecolortopalette( $small, false, 128 );
	imagepng( $small, __DIR__ . '/images/two-days-of-tide.png', 9 );
}

bay();
alignment();
curve();
